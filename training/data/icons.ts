import sharp from "sharp";
import { conceptNamed, iconSvg, type Source } from "./concepts.ts";

/** A picture with transparency, cut to what can be seen of it. */
export type Icon = {
  readonly width: number;
  readonly height: number;
  /** [height, width, 4], colours not multiplied by alpha. */
  readonly rgba: Uint8Array;
};

const rasterSize = 160;
const cache = new Map<string, Promise<Icon>>();

/** The icon of a concept as its source draws it, kept in memory. Throws a RangeError where the source has none. */
export function icon(concept: string, source: Source): Promise<Icon> {
  const name = conceptNamed(concept).icons.get(source);
  if (name === undefined) throw new RangeError(`icon: ${source} does not draw "${concept}"`);
  const key = `${source}/${name}`;
  let found = cache.get(key);
  if (!found) {
    found = rasterise(iconSvg(source, name, rasterSize));
    cache.set(key, found);
  }
  return found;
}

async function rasterise(svg: string): Promise<Icon> {
  const { data, info } = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
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

/**
 * Draws the icon over `pixels` ([size, size, 3]) into a box, and its alpha into `mask` ([size, size]); the box may be
 * anywhere. Each pixel averages 3 × 3 bilinear samples, so that drawings made smaller don't shimmer.
 */
export function draw(
  picture: Icon,
  box: { readonly x: number; readonly y: number; readonly scale: number },
  size: number,
  pixels: Uint8Array,
  mask: Uint8Array,
): void {
  const { width, height, rgba } = picture;
  const inverse = 1 / box.scale;
  const x0 = Math.max(0, Math.floor(box.x) - 1);
  const y0 = Math.max(0, Math.floor(box.y) - 1);
  const x1 = Math.min(size - 1, Math.ceil(box.x + width * box.scale) + 1);
  const y1 = Math.min(size - 1, Math.ceil(box.y + height * box.scale) + 1);
  for (let y = y0; y <= y1; y++) {
    for (let x = x0; x <= x1; x++) {
      let [r, g, b, a] = [0, 0, 0, 0];
      for (let s = 0; s < 9; s++) {
        const u = (x + ((s % 3) + 0.5) / 3 - box.x) * inverse - 0.5;
        const v = (y + (Math.floor(s / 3) + 0.5) / 3 - box.y) * inverse - 0.5;
        const iu = Math.floor(u);
        const iv = Math.floor(v);
        for (let corner = 0; corner < 4; corner++) {
          const px = iu + (corner & 1);
          const py = iv + (corner >> 1);
          if (px < 0 || py < 0 || px >= width || py >= height) continue;
          const weight = (corner & 1 ? u - iu : 1 - u + iu) * (corner >> 1 ? v - iv : 1 - v + iv);
          const at = (py * width + px) * 4;
          const alpha = weight * rgba[at + 3]!;
          r += alpha * rgba[at]!;
          g += alpha * rgba[at + 1]!;
          b += alpha * rgba[at + 2]!;
          a += alpha;
        }
      }
      if (a <= 0) continue;
      const coverage = Math.min(1, a / (9 * 255));
      const at = y * size + x;
      mask[at] = Math.round(coverage * 255);
      const keep = 1 - coverage;
      pixels[at * 3] = Math.round(pixels[at * 3]! * keep + (r / a) * coverage);
      pixels[at * 3 + 1] = Math.round(pixels[at * 3 + 1]! * keep + (g / a) * coverage);
      pixels[at * 3 + 2] = Math.round(pixels[at * 3 + 2]! * keep + (b / a) * coverage);
    }
  }
}
