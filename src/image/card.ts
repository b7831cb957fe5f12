/** What an edit card looks like: before → after on paper, its name below, and who made it. */
import type { Layout, Lettering, Tile } from "./paper.ts";
import { arrow, cutOff, fitCell, INK, PAPER, QUIET, shadow, wrap } from "./paper.ts";
import type { Image } from "./pixels.ts";

export interface CardFace {
  readonly name: string;
  /** A quiet line below the name: who made it, for which model. */
  readonly note: string;
  readonly before: Image;
  readonly after: Image;
}

/** In pixels. */
const CELL = 440; // longest side of a picture
const MARGIN = 48;
const GAP = 88; // with the arrow in it
const LEAST_WIDTH = 640; // so that the words have room below two narrow pictures
const NAME = { size: 36, line: 44, most: 2 };
const NOTE = 19;
const MARK = 26;
const RADIUS = 20;

/** The program's mark: a half moon that becomes a whole one. */
const LOGO =
  '<rect width="32" height="32" rx="9" fill="#c2410c"/><path d="M16 7v18" stroke="#fff" stroke-width="2" stroke-linecap="round"/><path d="M13 11a5.5 5.5 0 1 0 0 10z" fill="#fff" fill-opacity=".55"/><path d="M19 11a5.5 5.5 0 1 1 0 10z" fill="#fff"/>';

/** Places everything on a card; its tiles are before and after. */
export function layoutCard({ name, note, before, after }: CardFace, lettering: Lettering): Layout {
  const sizes = [before, after].map((image) => fitCell(image, CELL));
  const [[left, leftHeight], [right, rightHeight]] = sizes as [[number, number], [number, number]];
  const width = Math.max(LEAST_WIDTH, 2 * MARGIN + left + GAP + right);
  const row = Math.max(leftHeight, rightHeight);
  const start = Math.round((width - left - GAP - right) / 2);
  const middle = MARGIN + row / 2;
  const place = (image: Image, at: number, [w, h]: readonly [number, number]): Tile => {
    return { image, left: at, top: Math.round(middle - h / 2), width: w, height: h };
  };
  const tiles = [
    place(before, start, [left, leftHeight]),
    place(after, start + left + GAP, [right, rightHeight]),
  ] as const;

  const room = width - 2 * MARGIN;
  const measure = (line: string) => lettering.width(line, NAME.size, "semibold");
  const lines = wrap(name, room, measure);
  if (lines.length > NAME.most) lines.splice(NAME.most - 1, Infinity, cutOff(lines.slice(1).join(" "), room, measure));
  const shapes = [shadow(tiles[0], RADIUS), shadow(tiles[1], RADIUS)];
  shapes.push(arrow(start + left + GAP / 2, middle, GAP * 0.45, 3));
  let y = MARGIN + row + 22;
  for (const line of lines) {
    y += NAME.line;
    shapes.push(`<path d="${lettering.path(line, MARGIN, y, NAME.size, "semibold")}" fill="${INK}"/>`);
  }
  y += 44;
  const noteWidth = room - MARK - 12;
  const fits = lettering.width(note, NOTE, "regular") <= noteWidth;
  const line = fits ? note : cutOff(note, noteWidth, (text) => lettering.width(text, NOTE, "regular"));
  shapes.push(
    `<g transform="translate(${MARGIN} ${y - MARK * 0.76}) scale(${MARK / 32})">${LOGO}</g>`,
    `<path d="${lettering.path(line, MARGIN + MARK + 12, y, NOTE, "regular")}" fill="${QUIET}"/>`,
  );
  const height = Math.round(y + MARGIN - 6);
  const open = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`;
  const svg = `${open}<rect width="100%" height="100%" fill="${PAPER}"/>${shapes.join("")}</svg>`;
  return { width, height, svg, tiles, radius: RADIUS };
}
