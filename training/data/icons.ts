import { readFileSync } from "node:fs";
import { createAvatar, type Style } from "@dicebear/core";
import sharp from "sharp";
import type { Rgb } from "./colours.ts";
import { conceptNamed, type FaceSet, faceSets, iconSvg, renderingFile, type Source } from "./concepts.ts";
import { storedBytes } from "./pictures.ts";

/** A picture with transparency, cut to what can be seen of it. */
export type Icon = {
  readonly width: number;
  readonly height: number;
  /** [height, width, 4], colours not multiplied by alpha. */
  readonly rgba: Uint8Array;
};

const rasterSize = 160;
const cache = new Map<string, Promise<Icon>>();

/** Pictograms are of one colour, which is chosen where they are drawn. */
export const isPictogram = (source: Source): boolean => source === "game-icons";

/** The icon of a concept as its source draws it, kept in memory; pictograms in `ink`. Throws a RangeError where the source has none. */
export async function icon(concept: string, source: Source, ink: Rgb = [0, 0, 0]): Promise<Icon> {
  const name = conceptNamed(concept).icons.get(source);
  if (name === undefined) throw new RangeError(`icon: ${source} does not draw "${concept}"`);
  const key = `${source}/${name}`;
  let found = cache.get(key);
  if (!found) {
    found = document(name, source).then(rasterise);
    cache.set(key, found);
  }
  return isPictogram(source) ? inked(await found, ink) : found;
}

function inked({ width, height, rgba }: Icon, ink: Rgb): Icon {
  return { width, height, rgba: rgba.map((v, i) => (i % 4 === 3 ? v : ink[i % 4]!)) };
}

async function document(name: string, source: Source): Promise<Buffer> {
  if (source === "openclipart") return storedBytes(name);
  if (source === "fluent-emoji-3d") return readFileSync(renderingFile(name));
  if (faceSets.includes(source as FaceSet)) {
    const style = (await import(`@dicebear/${source}`)) as Style<object>;
    return Buffer.from(createAvatar(style, { seed: name, size: rasterSize }).toString());
  }
  return Buffer.from(iconSvg(source, name, rasterSize));
}

async function rasterise(file: Buffer): Promise<Icon> {
  const sized = sharp(file).resize(rasterSize, rasterSize, { fit: "inside", withoutEnlargement: true });
  const { data, info } = await sized.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return trim(data, info.width, info.height);
}

function trim(rgba: Uint8Array, width: number, height: number): Icon {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (rgba[(y * width + x) * 4 + 3]! < 16) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  if (right < 0) throw new RangeError("icon: nothing of it can be seen");
  const cut = { width: right - left + 1, height: bottom - top + 1 };
  const out = new Uint8Array(cut.width * cut.height * 4);
  for (let y = 0; y < cut.height; y++) {
    const start = ((y + top) * width + left) * 4;
    out.set(rgba.subarray(start, start + cut.width * 4), y * cut.width * 4);
  }
  return { ...cut, rgba: out };
}

type Box = { readonly x: number; readonly y: number; readonly scale: number };

// Per output pixel, the six source pixels it averages (three bilinear samples, two taps each) and their weights;
// a tap outside the icon has weight 0.
function taps(offset: number, scale: number, length: number, first: number, last: number) {
  const at = new Int32Array((last - first + 1) * 6);
  const weight = new Float32Array(at.length);
  for (let i = first; i <= last; i++) {
    for (let s = 0; s < 3; s++) {
      const u = (i + (s + 0.5) / 3 - offset) / scale - 0.5;
      for (let tap = 0; tap < 2; tap++) {
        const source = Math.floor(u) + tap;
        const k = (i - first) * 6 + s * 2 + tap;
        if (source < 0 || source >= length) continue;
        at[k] = source;
        weight[k] = (tap ? u - Math.floor(u) : 1 - u + Math.floor(u)) / 3;
      }
    }
  }
  return { at, weight };
}

/**
 * Draws the icon over `pixels` ([size, size, 3]) into a box inside the picture, and its alpha into `mask` ([size, size]).
 * Each pixel averages 3 × 3 bilinear samples, so that drawings made smaller don't shimmer.
 */
export function draw(
  { width, height, rgba }: Icon,
  box: Box,
  size: number,
  pixels: Uint8Array,
  mask: Uint8Array,
): void {
  const x0 = Math.max(0, Math.floor(box.x) - 1);
  const y0 = Math.max(0, Math.floor(box.y) - 1);
  const x1 = Math.min(size - 1, Math.ceil(box.x + width * box.scale) + 1);
  const y1 = Math.min(size - 1, Math.ceil(box.y + height * box.scale) + 1);
  const columns = taps(box.x, box.scale, width, x0, x1);
  const rows = taps(box.y, box.scale, height, y0, y1);
  const across = x1 - x0 + 1;
  const narrow = new Float32Array(height * across * 4); // [height, across, 4], colours multiplied by alpha
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < across; x++) {
      const to = (y * across + x) * 4;
      for (let k = x * 6; k < x * 6 + 6; k++) {
        const from = (y * width + columns.at[k]!) * 4;
        const alpha = columns.weight[k]! * rgba[from + 3]!;
        narrow[to]! += alpha * rgba[from]!;
        narrow[to + 1]! += alpha * rgba[from + 1]!;
        narrow[to + 2]! += alpha * rgba[from + 2]!;
        narrow[to + 3]! += alpha;
      }
    }
  }
  for (let y = y0; y <= y1; y++) {
    for (let x = 0; x < across; x++) {
      let [r, g, b, a] = [0, 0, 0, 0];
      for (let k = (y - y0) * 6; k < (y - y0) * 6 + 6; k++) {
        const from = (rows.at[k]! * across + x) * 4;
        const weight = rows.weight[k]!;
        r += weight * narrow[from]!;
        g += weight * narrow[from + 1]!;
        b += weight * narrow[from + 2]!;
        a += weight * narrow[from + 3]!;
      }
      if (a <= 0) continue;
      const coverage = Math.min(1, a / 255);
      const at = y * size + x + x0;
      mask[at] = Math.round(coverage * 255);
      const keep = 1 - coverage;
      pixels[at * 3] = Math.round(pixels[at * 3]! * keep + (r / a) * coverage);
      pixels[at * 3 + 1] = Math.round(pixels[at * 3 + 1]! * keep + (g / a) * coverage);
      pixels[at * 3 + 2] = Math.round(pixels[at * 3 + 2]! * keep + (b / a) * coverage);
    }
  }
}
