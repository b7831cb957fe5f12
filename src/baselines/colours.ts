/** The control: the one affine change of colours that explains an example pair best. What it can do needs no instruction. */

import { solve } from "../core/solve.ts";
import type { Image } from "../image/pixels.ts";

/** Row-major [3, 4]: each new channel as weights of red, green and blue, and an offset; values 0 … 255. */
export type ColourTransform = readonly number[];

/** Keeps the equations solvable for pictures of few colours, and then prefers the smallest change; in squared pixel values per pixel. */
const RIDGE = 1e-3;

/** Least squares over all pixels of the pair: after ≈ M · [before, 1]. */
export function fitColours(before: Image, after: Image): ColourTransform {
  const pixels = before.width * before.height;
  const normal = Array.from({ length: 4 }, () => [0, 0, 0, 0]); // Σ p pᵀ
  const right = Array.from({ length: 4 }, () => [0, 0, 0]); // Σ p (after − before)ᵀ
  for (let i = 0; i < pixels; i++) {
    const p = [before.data[3 * i]!, before.data[3 * i + 1]!, before.data[3 * i + 2]!, 1];
    for (let a = 0; a < 4; a++) {
      for (let b = 0; b < 4; b++) normal[a]![b]! += p[a]! * p[b]!;
      for (let c = 0; c < 3; c++) right[a]![c]! += p[a]! * (after.data[3 * i + c]! - before.data[3 * i + c]!);
    }
  }
  for (let a = 0; a < 4; a++) normal[a]![a]! += RIDGE * pixels;
  const change = solve(normal, right); // [4, 3]
  return [0, 1, 2].flatMap((c) => [0, 1, 2, 3].map((a) => change[a]![c]! + (a === c ? 1 : 0)));
}

/** The picture with every colour transformed, rounded and clipped to 0 … 255. */
export function applyColours(transform: ColourTransform, { width, height, data }: Image): Image {
  const out = new Uint8ClampedArray(data.length);
  for (let i = 0; i < data.length; i += 3) {
    for (let c = 0; c < 3; c++) {
      const [r, g, b, offset] = transform.slice(4 * c, 4 * c + 4) as [number, number, number, number];
      out[i + c] = r * data[i]! + g * data[i + 1]! + b * data[i + 2]! + offset;
    }
  }
  return { width, height, data: out };
}
