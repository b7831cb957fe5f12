import type { Rgb } from "../colours.ts";
import { area, size } from "../size.ts";
import { bytes, canvas } from "./edit.ts";

/** Every channel value through a table of 256 per channel. */
export function curves(pixels: Uint8Array, table: (value: number, channel: number) => number): Uint8Array {
  const tables = [0, 1, 2].map((channel) => Uint8ClampedArray.from({ length: 256 }, (_, v) => table(v, channel)));
  const out = new Uint8Array(area * 3);
  for (let i = 0; i < area * 3; i++) out[i] = tables[i % 3]![pixels[i]!]!;
  return out;
}

/** Every pixel through a 3 × 3 matrix, row by row. */
export function matrix(pixels: Uint8Array, m: readonly number[]): Uint8Array {
  const out = canvas();
  for (let i = 0; i < area * 3; i += 3) {
    const [r, g, b] = [pixels[i]!, pixels[i + 1]!, pixels[i + 2]!];
    out[i] = m[0]! * r + m[1]! * g + m[2]! * b;
    out[i + 1] = m[3]! * r + m[4]! * g + m[5]! * b;
    out[i + 2] = m[6]! * r + m[7]! * g + m[8]! * b;
  }
  return bytes(out);
}

/** A picture of one value per pixel, drawn with a colour for 0 and a colour for 1. */
export function ramp(values: Float32Array, from: Rgb, to: Rgb): Uint8Array {
  const out = canvas();
  for (let i = 0; i < area; i++) {
    const t = Math.min(1, Math.max(0, values[i]!));
    for (let c = 0; c < 3; c++) out[i * 3 + c] = from[c]! + (to[c]! - from[c]!) * t;
  }
  return bytes(out);
}

/** `pixels` with `over` (a colour or pixels) laid on by `cover` in 0..1, per pixel. */
export function lay(pixels: Uint8Array, over: Rgb | Uint8Array, cover: Float32Array): Uint8Array {
  const out = canvas();
  const whole = over instanceof Uint8Array;
  for (let i = 0; i < area; i++) {
    const t = Math.min(1, Math.max(0, cover[i]!));
    for (let c = 0; c < 3; c++) {
      const below = pixels[i * 3 + c]!;
      out[i * 3 + c] = below + ((whole ? over[i * 3 + c]! : over[c]!) - below) * t;
    }
  }
  return bytes(out);
}

function channel(pixels: Uint8Array, c: number): Float32Array {
  const out = new Float32Array(area);
  for (let i = 0; i < area; i++) out[i] = pixels[i * 3 + c]!;
  return out;
}

/** Each channel through the same filter of [128, 128]. */
export function eachChannel(pixels: Uint8Array, filter: (values: Float32Array) => Float32Array): Uint8Array {
  const out = canvas();
  for (let c = 0; c < 3; c++) {
    const values = filter(channel(pixels, c));
    for (let i = 0; i < area; i++) out[i * 3 + c] = values[i]!;
  }
  return bytes(out);
}

/** A value in 0..1 for each pixel, from the middle of the pixel. */
export function field(value: (x: number, y: number) => number): Float32Array {
  const out = new Float32Array(area);
  for (let i = 0; i < area; i++) out[i] = value((i % size) + 0.5, Math.floor(i / size) + 0.5);
  return out;
}

/** The mask as 0..1. */
export function alpha(mask: Uint8Array): Float32Array {
  const out = new Float32Array(area);
  for (let i = 0; i < area; i++) out[i] = mask[i]! / 255;
  return out;
}

/** Three box blurs of `radius` pixels, close to a Gaussian; borders repeat. `values` [128, 128]. */
export function blur(values: Float32Array, radius: number): Float32Array {
  let from = Float32Array.from(values);
  let to = new Float32Array(area);
  for (let pass = 0; pass < 6; pass++) {
    const step = pass & 1 ? size : 1;
    const line = pass & 1 ? 1 : size;
    const clamp = (k: number) => Math.min(size - 1, Math.max(0, k)) * step;
    for (let start = 0; start < size; start++) {
      const base = start * line;
      let sum = 0;
      for (let k = -radius; k <= radius; k++) sum += from[base + clamp(k)]!;
      for (let k = 0; k < size; k++) {
        to[base + k * step] = sum / (2 * radius + 1);
        sum += from[base + clamp(k + radius + 1)]! - from[base + clamp(k - radius)]!;
      }
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Strength of edges (Sobel), about 0..1 where 1 is a step from black to white; [128, 128]. */
export function edges(values: Float32Array): Float32Array {
  const out = new Float32Array(area);
  for (let y = 0; y < size; y++) {
    const up = Math.max(0, y - 1) * size;
    const down = Math.min(size - 1, y + 1) * size;
    for (let x = 0; x < size; x++) {
      const l = Math.max(0, x - 1);
      const r = Math.min(size - 1, x + 1);
      const mid = y * size;
      const dx =
        values[up + r]! +
        2 * values[mid + r]! +
        values[down + r]! -
        (values[up + l]! + 2 * values[mid + l]! + values[down + l]!);
      const dy =
        values[down + l]! +
        2 * values[down + x]! +
        values[down + r]! -
        (values[up + l]! + 2 * values[up + x]! + values[up + r]!);
      out[mid + x] = Math.hypot(dx, dy) / 1020;
    }
  }
  return out;
}

/** The largest colour edge of the three channels. */
export function colourEdges(pixels: Uint8Array): Float32Array {
  const out = new Float32Array(area);
  const channel = new Float32Array(area);
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < area; i++) channel[i] = pixels[i * 3 + c]!;
    const found = edges(channel);
    for (let i = 0; i < area; i++) out[i] = Math.max(out[i]!, found[i]!);
  }
  return out;
}

/** The object grown by `radius` pixels, 0..1 with a soft rim; [128, 128]. */
export function grow(mask: Uint8Array, radius: number): Float32Array {
  // Distances by two passes with steps of 1 and √2 are near enough for a few pixels.
  const far = new Float32Array(area);
  for (let i = 0; i < area; i++) far[i] = mask[i]! > 127 ? 0 : 1e3;
  const relax = (i: number, x: number, dir: number) => {
    let d = far[i]!;
    const row = i + dir * size;
    const inside = row >= 0 && row < area;
    if (inside) d = Math.min(d, far[row]! + 1);
    if (x > 0) d = Math.min(d, far[i - 1]! + 1, inside ? far[row - 1]! + Math.SQRT2 : d);
    if (x < size - 1) d = Math.min(d, far[i + 1]! + 1, inside ? far[row + 1]! + Math.SQRT2 : d);
    far[i] = d;
  };
  for (let i = 0; i < area; i++) relax(i, i % size, -1);
  for (let i = area - 1; i >= 0; i--) relax(i, i % size, 1);
  return far.map((d) => Math.min(1, Math.max(0, radius + 0.5 - d)));
}

/** Every channel blurred. */
export const soft = (pixels: Uint8Array, radius: number): Uint8Array =>
  eachChannel(pixels, (values) => blur(values, radius));

/** A picture of one colour. */
export function plain(rgb: Rgb): Uint8Array {
  const out = new Uint8Array(area * 3);
  for (let i = 0; i < area; i++) out.set(rgb, i * 3);
  return out;
}

/** The number of the pixel at (x, y), or of the nearest one inside. */
export const at = (x: number, y: number): number =>
  Math.min(size - 1, Math.max(0, Math.floor(y))) * size + Math.min(size - 1, Math.max(0, Math.floor(x)));

/** The picture's colour at other places: pixel i shows what is at (x[i], y[i]). */
export function sampled(pixels: Uint8Array, x: Float32Array, y: Float32Array): Uint8Array {
  const out = new Uint8Array(area * 3);
  for (let i = 0; i < area; i++) {
    const from = at(x[i]!, y[i]!) * 3;
    for (let c = 0; c < 3; c++) out[i * 3 + c] = pixels[from + c]!;
  }
  return out;
}
