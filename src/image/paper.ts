/** What sheets and cards are drawn with: paper, ink, shadows, arrows, and lines of words. */
import type { Image } from "./pixels.ts";

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

export const PAPER = "#f8f5ef";
export const INK = "#2a2622";
export const QUIET = "#7d756b";
const FAINT = "#b9b0a3";
const SHADOW = "#5b4a33";

/** As much of a line as fits with an ellipsis behind it. */
export function cutOff(text: string, room: number, width: (line: string) => number): string {
  const letters = [...text];
  const begun = (count: number) => `${letters.slice(0, count).join("").trimEnd()}…`;
  let [fits, tooMany] = [1, letters.length]; // halved: a long text is not measured letter by letter
  while (tooMany - fits > 1) {
    const half = (fits + tooMany) >> 1;
    if (width(begun(half)) <= room) fits = half;
    else tooMany = half;
  }
  return begun(fits);
}

/** Breaks a text into lines of at most `room` pixels, between words; a word that is too long alone ends in an ellipsis. */
export function wrap(text: string, room: number, width: (line: string) => number): string[] {
  const shorten = (word: string) => (width(word) <= room ? word : cutOff(word, room, width));
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean).map(shorten)) {
    const last = lines.at(-1);
    if (last !== undefined && width(`${last} ${word}`) <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Its size with at most `cell` pixels on the longer side, at its own aspect. */
export function fitCell({ width, height }: Image, cell: number): [width: number, height: number] {
  const scale = cell / Math.max(width, height);
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

export function arrow(x: number, y: number, length: number, stroke: number): string {
  const head = stroke * 3.2;
  const [from, to] = [x - length / 2, x + length / 2];
  const shape = `M${from} ${y}H${to}M${to - head} ${y - head}L${to} ${y}L${to - head} ${y + head}`;
  return `<path d="${shape}" fill="none" stroke="${FAINT}" stroke-width="${stroke}" stroke-linecap="round" stroke-linejoin="round"/>`;
}

/** A soft shadow: a few widening, fading rounded frames below the tile. */
export function shadow({ left, top, width, height }: Tile, radius: number): string {
  return [3, 2, 1]
    .map((spread) => {
      const size = `width="${width + 2 * spread}" height="${height + 2 * spread}" rx="${radius + spread}"`;
      return `<rect x="${left - spread}" y="${top - spread + 1.5}" ${size} fill="${SHADOW}" fill-opacity="0.045"/>`;
    })
    .join("");
}
