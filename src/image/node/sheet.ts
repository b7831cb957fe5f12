import type { OverlayOptions } from "sharp";
import sharp from "sharp";
import { VisiiError } from "../../errors.ts";
import type { Layout, Tile } from "../paper.ts";
import type { Image } from "../pixels.ts";
import { flatten } from "../pixels.ts";
import { resize } from "../resize.ts";
import type { Sheet } from "../sheet.ts";
import { layoutSheet } from "../sheet.ts";

/** How much of a pixel lies inside a rectangle with rounded corners, 0 … 1: from the distance to its edge. */
function coverage(x: number, y: number, width: number, height: number, radius: number): number {
  const dx = Math.max(0, Math.abs(x + 0.5 - width / 2) - (width / 2 - radius));
  const dy = Math.max(0, Math.abs(y + 0.5 - height / 2) - (height / 2 - radius));
  return Math.min(1, Math.max(0, radius - Math.hypot(dx, dy) + 0.5));
}

function overlay({ image, left, top, width, height }: Tile, radius: number): OverlayOptions {
  const { data } = resize(flatten(image), width, height, "lanczos");
  const rgba = Buffer.alloc(4 * width * height); // [H, W, 4]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = y * width + x;
      rgba.set(data.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel);
      rgba[4 * pixel + 3] = Math.round(255 * coverage(x, y, width, height, Math.min(radius, width / 2, height / 2)));
    }
  }
  return { input: rgba, raw: { width, height, channels: 4 }, left, top };
}

/**
 * Draws a contact sheet or a strip: titled rows of pictures on paper, with an arrow from before to after.
 * The same sheet gives the same pixels on every machine of a kind: words are outlines of a font that we bring along.
 *
 * @throws VisiiError `usage` if it has no picture, or the cell is below 16 pixels.
 */
export async function renderSheet(sheet: Sheet): Promise<Image> {
  if (!(sheet.cell >= 16)) throw new VisiiError("usage", `A sheet's cell has at least 16 pixels, got ${sheet.cell}.`);
  const { inter } = await import("./lettering.ts"); // fonts take a third of a second to load: only when something is drawn
  const layout = layoutSheet(sheet, inter);
  if (layout.tiles.length === 0) throw new VisiiError("usage", "A sheet needs at least one picture.");
  return draw(layout);
}

/** Lays the pictures on the paper. */
export async function draw({ width, height, svg, tiles, radius }: Layout): Promise<Image> {
  const data = await sharp(Buffer.from(svg), { unlimited: true })
    .composite(tiles.map((tile) => overlay(tile, radius)))
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer();
  return { width, height, data: new Uint8Array(data) };
}
