/** Smooth random fields for textures: a pure function of place and seed. */

import { field } from "./edits/filters.ts";
import { hash } from "./random.ts";

/** Lattice values are hashed cheaply: two multiplications a corner. */
function corner(x: number, y: number, seed: number): number {
  let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ seed;
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

const smooth = (t: number): number => t * t * (3 - 2 * t);

/** Value noise in 0..1 whose features are one unit wide. */
export function valueNoise(x: number, y: number, seed: number): number {
  const [i, j] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [smooth(x - i), smooth(y - j)];
  const top = corner(i, j, seed) * (1 - u) + corner(i + 1, j, seed) * u;
  const bottom = corner(i, j + 1, seed) * (1 - u) + corner(i + 1, j + 1, seed) * u;
  return top * (1 - v) + bottom * v;
}

/** Four octaves of value noise, the coarsest `scale` pixels wide; [128, 128] in about 0..1. */
export function clouds(scale: number, ...keys: readonly (string | number)[]): Float32Array {
  const seed = hash(...keys);
  return field((x, y) => {
    let [sum, weight, size] = [0, 0.5, scale];
    for (let octave = 0; octave < 4; octave++) {
      sum += weight * valueNoise(x / size, y / size, seed + octave);
      weight /= 2;
      size /= 2;
    }
    return (sum - 0.1) / 0.74;
  });
}

/** Voronoi cells about `scale` pixels wide: whose cell a pixel is in (0..1 by cell), and how far it is from the border, in pixels. */
export function cells(
  scale: number,
  ...keys: readonly (string | number)[]
): { tone: Float32Array; rim: Float32Array; x: Float32Array; y: Float32Array } {
  const seed = hash(...keys);
  const [tone, rim, px, py] = [0, 0, 0, 0].map(() => new Float32Array(128 * 128)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  for (let at = 0; at < tone.length; at++) {
    const [x, y] = [((at % 128) + 0.5) / scale, (Math.floor(at / 128) + 0.5) / scale];
    const [i, j] = [Math.floor(x), Math.floor(y)];
    let [first, second] = [9, 9];
    for (let v = j - 1; v <= j + 1; v++) {
      for (let u = i - 1; u <= i + 1; u++) {
        const [cx, cy] = [u + 0.15 + 0.7 * corner(u, v, seed), v + 0.15 + 0.7 * corner(u, v, seed + 1)];
        const far = Math.hypot(cx - x, cy - y);
        if (far < first) {
          second = first;
          first = far;
          tone[at] = corner(u, v, seed + 2);
          px[at] = cx * scale;
          py[at] = cy * scale;
        } else if (far < second) second = far;
      }
    }
    rim[at] = ((second - first) * scale) / 2;
  }
  return { tone, rim, x: px, y: py };
}
