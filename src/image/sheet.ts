/** Contact sheets and strips: where each picture and word stands, as one SVG for the paper and a list of tiles to lay on it. */
import type { Layout, Lettering, Tile, Weight } from "./paper.ts";
import { arrow, fitCell, INK, PAPER, QUIET, shadow, wrap } from "./paper.ts";
import type { Image } from "./pixels.ts";

export interface SheetRow {
  /** Stands left of the row; may be empty. */
  readonly label: string;
  /** By column; a hole leaves its place empty. */
  readonly images: readonly (Image | undefined)[];
}

export interface Sheet {
  readonly title: string;
  /** A quiet line below the title: how the pictures were made. */
  readonly subtitle?: string;
  /** Headings; may be empty. */
  readonly columns: readonly string[];
  readonly rows: readonly SheetRow[];
  /** Longest side of a picture on the sheet, in pixels. */
  readonly cell: number;
  /** Columns after which an arrow points on to the next. @default [0], from before to after */
  readonly arrows?: readonly number[];
  /** Columns after which a wider gap sets the next ones apart. @default none */
  readonly breaks?: readonly number[];
}

/** Measures in pixels, all from the size of a cell, so that a sheet scales as a whole. */
function measures(cell: number) {
  const em = Math.min(22, Math.max(11, cell * 0.075));
  return {
    em,
    margin: Math.round(em * 3),
    gap: Math.round(Math.max(8, cell * 0.07)),
    arrow: Math.round(Math.max(30, cell * 0.24)),
    rowGap: Math.round(Math.max(12, cell * 0.11)),
    radius: Math.max(4, Math.round(cell * 0.045)),
    title: em * 1.75,
    line: em * 1.4,
  };
}

/** Places everything on a sheet. */
export function layoutSheet(sheet: Sheet, lettering: Lettering): Layout {
  const { rows, columns, cell, arrows = [0], breaks = [] } = sheet;
  const m = measures(cell);
  const count = Math.max(columns.length, ...rows.map(({ images }) => images.length));
  const shapes: string[] = [];
  const write = (text: string, x: number, y: number, size: number, colour: string, weight: Weight = "regular") =>
    shapes.push(`<path d="${lettering.path(text, x, y, size, weight)}" fill="${colour}"/>`);

  const measure = (line: string) => lettering.width(line, m.em, "regular");
  const labels = rows.map(({ label }) => wrap(label, Math.max(cell, m.em * 9), measure));
  const labelWidth = Math.ceil(Math.max(0, ...labels.flat().map(measure)));
  const start = m.margin + (labelWidth > 0 ? labelWidth + m.gap * 2 : 0);
  const columnLeft: number[] = [];
  let right = start;
  for (let column = 0; column < count; column++) {
    columnLeft.push(right);
    const gap = arrows.includes(column) ? m.arrow : breaks.includes(column) ? m.gap * 3 : m.gap;
    right += cell + (column === count - 1 ? 0 : gap);
  }

  const room = right - m.margin;
  const headerOf = (text: string, size: number, weight: Weight) =>
    wrap(text, Math.max(room, cell * 2), (line) => lettering.width(line, size, weight));
  const titles = headerOf(sheet.title, m.title, "semibold");
  const subtitles = headerOf(sheet.subtitle ?? "", m.em, "regular");
  const widest = Math.max(
    right,
    ...titles.map((line) => m.margin + Math.ceil(lettering.width(line, m.title, "semibold"))),
    ...subtitles.map((line) => m.margin + Math.ceil(measure(line))),
  );

  let y = m.margin;
  for (const line of titles) {
    y += m.title;
    write(line, m.margin, y, m.title, INK, "semibold");
    y += m.title * 0.25;
  }
  for (const line of subtitles) {
    y += m.line;
    write(line, m.margin, y, m.em, QUIET);
  }
  if (titles.length + subtitles.length > 0) y += m.margin * 0.7;

  const headings = columns.map((heading) => wrap(heading, cell, measure));
  const headingLines = Math.max(0, ...headings.map(({ length }) => length));
  for (const [column, lines] of headings.entries()) {
    for (const [i, line] of lines.entries()) {
      const baseline = y + m.line * (headingLines - lines.length + i) + m.em;
      write(line, columnLeft[column]! + (cell - measure(line)) / 2, baseline, m.em, QUIET);
    }
  }
  y = Math.round(y + headingLines * m.line + (headingLines > 0 ? m.em * 0.6 : 0));

  const tiles: Tile[] = [];
  for (const [r, { images }] of rows.entries()) {
    const sizes = images.map((image) => image && fitCell(image, cell));
    const rowHeight = Math.max(m.em, ...sizes.map((size) => size?.[1] ?? 0));
    for (const [column, image] of images.entries()) {
      const size = sizes[column];
      if (!image || !size) continue;
      const [width, height] = size;
      const left = columnLeft[column]! + Math.floor((cell - width) / 2);
      tiles.push({ image, left, top: y + Math.floor((rowHeight - height) / 2), width, height });
      if (arrows.includes(column) && images[column + 1]) {
        shapes.push(arrow(columnLeft[column]! + cell + m.arrow / 2, y + rowHeight / 2, m.arrow * 0.5, m.em * 0.12));
      }
    }
    const lines = labels[r]!;
    // The optical middle of a line lies 0.36 em above its baseline.
    const firstBaseline = y + rowHeight / 2 - ((lines.length - 1) * m.line) / 2 + m.em * 0.36;
    for (const [i, line] of lines.entries()) write(line, m.margin, firstBaseline + i * m.line, m.em, INK);
    y += rowHeight + (r === rows.length - 1 ? 0 : m.rowGap);
  }

  const width = Math.ceil(widest + m.margin);
  const height = Math.ceil(y + m.margin);
  const shadows = tiles.map((tile) => shadow(tile, m.radius));
  const open = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`;
  const svg = `${open}<rect width="100%" height="100%" fill="${PAPER}"/>${shadows.join("")}${shapes.join("")}</svg>`;
  return { width, height, svg, tiles, radius: m.radius };
}
