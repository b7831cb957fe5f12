/** Drawn places: hills, sea, town, room. Each can be drawn again in another season or at night, line by line the same place. */

import type { Rgb } from "./colours.ts";
import { valueNoise } from "./noise.ts";
import { Random } from "./random.ts";
import { area, size } from "./size.ts";

export const seasons = ["summer", "winter", "autumn", "night", "sunset"] as const;
export type Season = (typeof seasons)[number];
export const places = ["hills", "sea", "town", "mountains", "field"] as const;
export type Place = (typeof places)[number];

type Palette = {
  readonly sky: readonly [Rgb, Rgb];
  readonly sun: Rgb;
  readonly far: Rgb;
  readonly near: Rgb;
  readonly tree: Rgb;
  readonly water: Rgb;
  readonly wall: Rgb;
  readonly roof: Rgb;
  readonly window: Rgb;
};

const palettes: Readonly<Record<Season, Palette>> = {
  summer: {
    sky: [
      [92, 170, 240],
      [205, 232, 250],
    ],
    sun: [255, 236, 130],
    far: [104, 160, 118],
    near: [86, 176, 70],
    tree: [36, 122, 52],
    water: [48, 128, 196],
    wall: [232, 214, 184],
    roof: [186, 74, 54],
    window: [96, 124, 150],
  },
  winter: {
    sky: [
      [168, 190, 210],
      [228, 236, 242],
    ],
    sun: [250, 246, 226],
    far: [186, 200, 214],
    near: [240, 245, 250],
    tree: [92, 112, 112],
    water: [150, 184, 206],
    wall: [214, 206, 198],
    roof: [238, 243, 248],
    window: [250, 214, 120],
  },
  autumn: {
    sky: [
      [150, 178, 206],
      [240, 222, 192],
    ],
    sun: [255, 214, 120],
    far: [150, 130, 100],
    near: [190, 146, 62],
    tree: [206, 96, 34],
    water: [92, 122, 142],
    wall: [224, 200, 166],
    roof: [136, 66, 46],
    window: [110, 116, 126],
  },
  night: {
    sky: [
      [8, 12, 40],
      [34, 42, 88],
    ],
    sun: [238, 240, 226],
    far: [24, 34, 62],
    near: [18, 46, 46],
    tree: [8, 26, 30],
    water: [14, 30, 72],
    wall: [60, 58, 78],
    roof: [42, 26, 40],
    window: [255, 220, 110],
  },
  sunset: {
    sky: [
      [92, 62, 130],
      [250, 150, 80],
    ],
    sun: [255, 222, 140],
    far: [122, 74, 100],
    near: [96, 82, 50],
    tree: [52, 44, 40],
    water: [190, 104, 98],
    wall: [214, 150, 120],
    roof: [110, 46, 52],
    window: [255, 214, 130],
  },
};

export type Landscape = { readonly pixels: Uint8Array; readonly mask: Uint8Array };

/** The place as `season` shows it, [128, 128, 3], and where its trees, houses or boats are, [128, 128]; a pure function of its arguments. */
export function paintLandscape(place: Place, season: Season, seed: number): Landscape {
  const random = new Random("landscape", place, seed);
  const shift = [0, 1, 2].map(() => random.int(-16, 16));
  const { sky, sun, far, near, tree, water, wall, roof, window } = palettes[season];
  const horizon = random.range(0.42, 0.66) * size;
  const pixels = new Uint8ClampedArray(area * 3);
  const mask = new Uint8Array(area);
  const put = (x: number, y: number, colour: Rgb, object = false): void => {
    const [u, v] = [Math.floor(x), Math.floor(y)];
    if (u < 0 || v < 0 || u >= size || v >= size) return;
    const at = v * size + u;
    for (let c = 0; c < 3; c++) pixels[at * 3 + c] = colour[c]! + shift[c]!;
    mask[at] = object ? 255 : 0;
  };
  const rough = (scale: number, key: number) => (x: number) => valueNoise(x / scale, key, Math.floor(shift[0]! + seed));
  const [sunX, sunY, sunR] = [random.range(14, 114), random.range(12, horizon * 0.7), random.range(7, 13)];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const t = Math.min(1, y / horizon);
      const base = sky[0].map((v, c) => v + (sky[1][c]! - v) * t) as unknown as Rgb;
      put(x, y, Math.hypot(x - sunX, y - sunY) < sunR ? sun : base);
    }
  }
  const sharp = place === "mountains";
  const ridges = sharp ? 2 : place === "sea" ? 1 : 2;
  for (let ridge = 0; ridge < ridges; ridge++) {
    const shape = rough(sharp ? 18 : 40, ridge * 7.3);
    const height = sharp ? 46 - ridge * 14 : 22 - ridge * 8;
    for (let x = 0; x < size; x++) {
      const top = horizon - shape(x) * height + ridge * 10;
      for (let y = top; y < size; y++) {
        const snow = sharp && ridge === 0 && y < horizon - 20 && season !== "night";
        put(
          x,
          y,
          snow ? [244, 248, 252] : ridge === 0 ? far : (far.map((v, c) => (v + near[c]!) / 2) as unknown as Rgb),
        );
      }
    }
  }
  const ground = horizon + (place === "sea" ? 4 : 14);
  const bumps = rough(30, 3.1);
  for (let x = 0; x < size; x++) {
    for (let y = ground + (place === "sea" ? 0 : bumps(x) * 10 - 5); y < size; y++) {
      const furrow = place === "field" && Math.floor((x - 64) / (2 + (y - horizon) / 9)) & 1;
      const wave = place === "sea" && Math.sin(y * 1.3 + Math.sin(x / 9) * 2) > 0.75;
      const colour = place === "sea" ? water : near;
      put(x, y, furrow || wave ? (colour.map((v) => v * 1.12 + 8) as unknown as Rgb) : colour);
    }
  }
  const things = place === "town" ? random.int(4, 6) : random.int(2, 5);
  for (let i = 0; i < things; i++) {
    const depth = (i + 0.5) / things;
    const y = ground + 4 + depth * (size - ground - 14);
    const x = place === "town" ? ((i + 0.5) / things) * size + random.range(-6, 6) : random.range(10, 118);
    const big = (0.6 + 0.8 * depth) * random.range(13, 20);
    if (place === "sea") {
      for (let v = 0; v < big * 0.35; v++) for (let u = -big + v; u < big - v; u++) put(x + u, y + v, roof, true);
      for (let v = 0; v < big * 1.5; v++)
        for (let u = 0; u < (big * 1.5 - v) * -0.6 + big * 0.9; u++) put(x + u, y - big * 1.5 + v, wall, true);
    } else if (place === "town" || (place !== "mountains" && random.chance(0.35))) {
      const tall = place === "town" ? big * random.range(1, 2.2) : big;
      for (let v = 0; v < tall; v++) {
        for (let u = -big * 0.6; u < big * 0.6; u++) {
          const lit = Math.abs(((u + 60) % 8) - 4) < 2 && Math.abs((v % 10) - 5) < 2.5;
          put(x + u, y - v, lit ? window : wall, true);
        }
      }
      for (let v = 0; v < big * 0.6; v++)
        for (let u = -big * 0.75 + v * 1.2; u < big * 0.75 - v * 1.2; u++) put(x + u, y - tall - v, roof, true);
    } else {
      const round = random.chance(0.5);
      for (let v = 0; v < big * 0.6; v++)
        for (let u = -1.5; u < 2; u++)
          put(x + u, y - v, [96, 66, 42].map((c) => c * (season === "night" ? 0.4 : 1)) as unknown as Rgb, true);
      for (let v = -big; v < big; v++) {
        for (let u = -big; u < big; u++) {
          const inside = round ? Math.hypot(u, v) < big * 0.62 : Math.abs(u) < (v + big) * 0.32;
          if (inside)
            put(
              x + u,
              y - big * 1.1 + v,
              v + u < -big * 0.3 ? (tree.map((c) => c * 1.2) as unknown as Rgb) : tree,
              true,
            );
        }
      }
    }
  }
  if (season === "night" || season === "winter") {
    const specks = new Random("specks", seed);
    for (let i = 0; i < 44; i++) {
      const [x, y] = [specks.range(0, size), specks.range(0, season === "night" ? horizon * 0.8 : size)];
      const at = Math.floor(y) * size + Math.floor(x);
      if (mask[at]) continue;
      put(x, y, [250, 250, 244]);
      if (season === "winter") put(x + 1, y, [250, 250, 250]);
    }
  }
  return { pixels: new Uint8Array(pixels.buffer), mask };
}
