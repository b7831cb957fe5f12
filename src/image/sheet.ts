/** Contact sheets and strips: where each picture and word stands, as one SVG for the paper and a list of tiles to lay on it. */
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

export type Weight = "regular" | "semibold";

/** Words as outlines, so that a sheet looks the same whatever fonts a machine has. */
export interface Lettering {
  /** Width of a line, in pixels, at a font size in pixels. */
  width(text: string, size: number, weight: Weight): number;
  /** SVG path data of a line whose baseline starts at (x, y). */
  path(text: string, x: number, y: number, size: number, weight: Weight): string;
}

export interface Tile {
  readonly image: Image;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Paper, words and arrows. */
  readonly svg: string;
  readonly tiles: readonly Tile[];
  /** Corner radius of the tiles. */
  readonly radius: number;
}

const PAPER = "#f8f5ef";
const INK = "#2a2622";
const QUIET = "#7d756b";
const FAINT = "#b9b0a3";
const SHADOW = "#5b4a33";

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

/** Breaks a text into lines of at most `room` pixels, between words; a word that is too long alone ends in an ellipsis. */
export function wrap(text: string, room: number, width: (line: string) => number): string[] {
  const shorten = (word: string) => {
    if (width(word) <= room) return word;
    const letters = [...word];
    while (letters.length > 1 && width(`${letters.join("")}…`) > room) letters.pop();
    return `${letters.join("")}…`;
  };
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean).map(shorten)) {
    const last = lines.at(-1);
    if (last !== undefined && width(`${last} ${word}`) <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** At most `cell` on the longer side, at the picture's own aspect. */
function fitCell({ width, height }: Image, cell: number): [width: number, height: number] {
  const scale = cell / Math.max(width, height);
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

function arrow(x: number, y: number, length: number, stroke: number): string {
  const head = stroke * 3.2;
  const [from, to] = [x - length / 2, x + length / 2];
  const shape = `M${from} ${y}H${to}M${to - head} ${y - head}L${to} ${y}L${to - head} ${y + head}`;
  return `<path d="${shape}" fill="none" stroke="${FAINT}" stroke-width="${stroke}" stroke-linecap="round" stroke-linejoin="round"/>`;
}

/** A soft shadow: a few widening, fading rounded frames below the tile. */
function shadow({ left, top, width, height }: Tile, radius: number): string {
  return [3, 2, 1]
    .map((spread) => {
      const size = `width="${width + 2 * spread}" height="${height + 2 * spread}" rx="${radius + spread}"`;
      return `<rect x="${left - spread}" y="${top - spread + 1.5}" ${size} fill="${SHADOW}" fill-opacity="0.045"/>`;
    })
    .join("");
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
