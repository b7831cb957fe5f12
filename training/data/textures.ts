import type { Colour, Rgb } from "./colours.ts";
import { cells, clouds } from "./noise.ts";
import { area, size } from "./size.ts";

/** What a surface looks like; two colours and a scale in pixels make it. */
export const materials = [
  "wood",
  "marble",
  "bricks",
  "clouds",
  "stone",
  "fabric",
  "waves",
  "scales",
  "grass",
  "tiles",
] as const;
export type Material = (typeof materials)[number];

export type Texture = {
  readonly material: Material;
  readonly a: Colour;
  readonly b: Colour;
  readonly scale: number;
  readonly seed: number;
};

const mix = (a: Rgb, b: Rgb, t: number, out: Uint8ClampedArray, at: number): void => {
  for (let c = 0; c < 3; c++) out[at * 3 + c] = a[c]! + (b[c]! - a[c]!) * t;
};

// How much of the second colour a pixel shows, 0..1.
function weights({ material, scale, seed }: Texture): (x: number, y: number, at: number) => number {
  const cloud = clouds(scale * 1.6, material, seed);
  switch (material) {
    case "wood":
      return (x, y, at) => 0.5 + 0.5 * Math.sin((y / scale) * 5 + cloud[at]! * 7 + x * 0.01);
    case "marble":
      return (x, y, at) => Math.abs(Math.sin((x + y) / (scale * 1.6) + cloud[at]! * 9)) ** 0.6;
    case "bricks":
      return (x, y, at) => {
        const row = Math.floor(y / (scale * 0.5));
        const [u, v] = [(x + (row & 1) * scale * 0.5) % scale, y % (scale * 0.5)];
        return u < 2.2 || v < 2.2 ? 1 : 0.3 * cloud[at]!;
      };
    case "clouds":
      return (_x, _y, at) => Math.max(0, Math.min(1, (cloud[at]! - 0.25) * 2));
    case "stone": {
      const { tone, rim } = cells(scale, material, seed);
      return (_x, _y, at) => (rim[at]! < 1.3 ? 1 : tone[at]! * 0.55);
    }
    case "fabric":
      return (x, y) => 0.5 + 0.25 * Math.sin((x * 12) / scale) + 0.25 * Math.sin((y * 12) / scale);
    case "waves":
      return (x, y) => 0.5 + 0.5 * Math.sin((y / scale) * 6.3 + Math.sin((x / scale) * 3) * 1.6);
    case "scales":
      return (x, y) => {
        const row = Math.floor(y / (scale * 0.5));
        const u = ((x + (row & 1) * scale * 0.5) % scale) - scale / 2;
        const v = (y % (scale * 0.5)) / (scale * 0.5);
        return Math.min(1, Math.abs(Math.hypot(u / (scale * 0.55), v)) ** 3);
      };
    case "grass":
      return (x, y, at) =>
        Math.min(1, Math.max(0, cloud[at]! * 0.6 + 0.5 * Math.sin(x * 1.9 + Math.sin(y / 5 + x) * 2)));
    case "tiles":
      return (x, y) =>
        x % scale < 2 || y % scale < 2 ? 1 : (Math.floor(x / scale) + Math.floor(y / scale)) & 1 ? 0.25 : 0;
  }
}

/** The whole picture of a texture, [128, 128, 3]. */
export function paintTexture(texture: Texture): Uint8Array {
  const out = new Uint8ClampedArray(area * 3);
  const weight = weights(texture);
  for (let at = 0; at < area; at++) {
    const t = weight((at % size) + 0.5, Math.floor(at / size) + 0.5, at);
    mix(texture.a.rgb, texture.b.rgb, Math.min(1, Math.max(0, t)), out, at);
  }
  return new Uint8Array(out.buffer);
}
