/** Styles of painting, and of building a picture out of pieces. */
import { anyColour, type Colour, otherColour, type Rgb } from "../colours.ts";
import { cells } from "../noise.ts";
import { area, size } from "../size.ts";
import { brightness, bytes, canvas, define, type Edit } from "./edit.ts";
import { at, blur, field, lay, plain, sampled, soft } from "./filters.ts";
import { papers } from "./shades.ts";

/** Kuwahara: of four squares around a pixel, the mean of the evenest. */
function kuwahara(pixels: Uint8Array, radius: number): Uint8Array {
  const side = size + 1;
  const sums = Array.from({ length: 4 }, () => new Float64Array(side * side)); // r, g, b, brightness²
  const grey = brightness(pixels);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const i = y * size + x;
      const values = [pixels[i * 3]!, pixels[i * 3 + 1]!, pixels[i * 3 + 2]!, grey[i]! ** 2];
      for (let k = 0; k < 4; k++) {
        const s = sums[k]!;
        s[(y + 1) * side + x + 1] = values[k]! + s[y * side + x + 1]! + s[(y + 1) * side + x]! - s[y * side + x]!;
      }
    }
  }
  const sum = (k: number, x0: number, y0: number, x1: number, y1: number): number => {
    const s = sums[k]!;
    return s[y1 * side + x1]! - s[y0 * side + x1]! - s[y1 * side + x0]! + s[y0 * side + x0]!;
  };
  const out = canvas();
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let best = Number.POSITIVE_INFINITY;
      for (const [u, v] of [
        [-radius, -radius],
        [0, -radius],
        [-radius, 0],
        [0, 0],
      ] as const) {
        const [x0, y0] = [Math.max(0, x + u), Math.max(0, y + v)];
        const [x1, y1] = [Math.min(size, x + u + radius + 1), Math.min(size, y + v + radius + 1)];
        const n = (x1 - x0) * (y1 - y0);
        const mean = [0, 1, 2].map((k) => sum(k, x0, y0, x1, y1) / n);
        const luma = 0.299 * mean[0]! + 0.587 * mean[1]! + 0.114 * mean[2]!;
        const spread = sum(3, x0, y0, x1, y1) / n - luma ** 2;
        if (spread >= best) continue;
        best = spread;
        for (let c = 0; c < 3; c++) out[(y * size + x) * 3 + c] = mean[c]!;
      }
    }
  }
  return bytes(out);
}

export const paintingEdits: readonly Edit[] = [
  define<{ radius: number }>({
    name: "oil painting",
    family: "style",
    sample: (random) => ({ radius: random.int(3, 6) }),
    phrases: ({ radius }) => [
      "make it an oil painting",
      `paint it in oil with ${radius > 4 ? "broad" : "fine"} strokes`,
      "turn it into a painting on canvas",
    ],
    extra: () => "oil painting",
    apply: ({ pixels }, { radius }) => {
      const painted = kuwahara(pixels, radius);
      const lit = blur(brightness(painted), 1);
      return painted.map((v, i) => {
        const p = Math.floor(i / 3);
        const relief = lit[p]! - lit[Math.min(area - 1, p + size + 1)]!;
        return Math.min(255, Math.max(0, (v - 128) * 1.15 + 128 + relief * 0.5));
      });
    },
  }),
  define<{ a: Colour; b: Colour; c: Colour; d: Colour }>({
    name: "pop art",
    family: "style",
    sample: (random) => {
      const a = anyColour(random, [], ["navy", "indigo", "maroon", "purple", "black", "dark green", "crimson"]);
      const [b, c] = [otherColour(random, a), anyColour(random)];
      return { a, b, c: otherColour(random, b), d: otherColour(random, c) };
    },
    phrases: ({ a, b, c }) => [
      "make it pop art",
      `make it a pop art print in ${a.name}, ${b.name} and ${c.name}`,
      "print it in four flat loud colours",
    ],
    extra: () => "pop art",
    apply: ({ pixels }, { a, b, c, d }) => {
      const grey = blur(brightness(pixels), 1);
      const stops: readonly Rgb[] = [a.rgb, b.rgb, c.rgb, d.rgb];
      const out = canvas();
      for (let i = 0; i < area; i++) out.set(stops[Math.min(3, Math.floor(grey[i]! / 64))]!, i * 3);
      return bytes(out);
    },
  }),
  define<{ ground: Colour; pitch: number }>({
    name: "pointillism",
    family: "style",
    sample: (random) => ({
      ground: anyColour(random, [], [...papers, "black", "charcoal", "navy"]),
      pitch: random.range(5, 10),
    }),
    phrases: ({ ground }) => [
      `paint it in dots on ${ground.name}`,
      `make it pointillism on ${ground.name} canvas`,
      "paint it in coloured dots",
    ],
    extra: ({ ground }) => `painted in dots on ${ground.name}`,
    apply: ({ pixels }, { ground, pitch }) => {
      const { x, y } = cells(pitch, "dots");
      const dots = sampled(soft(pixels, 1), x, y);
      return lay(
        plain(ground.rgb),
        dots,
        field((u, v) => pitch * 0.52 + 0.5 - Math.hypot(u - x[at(u, v)]!, v - y[at(u, v)]!)),
      );
    },
  }),
  define<{ lead: Colour; scale: number; width: number }>({
    name: "stained glass",
    family: "style",
    sample: (random) => ({
      lead: anyColour(random, [], ["black", "charcoal", "white", "gold", "navy", "brown"]),
      scale: random.range(9, 18),
      width: random.range(0.8, 1.6),
    }),
    phrases: ({ lead }) => [
      `make it stained glass with ${lead.name} leads`,
      "turn it into a church window",
      `break it into panes with ${lead.name} lines`,
    ],
    extra: ({ lead }) => `stained glass with ${lead.name} leads`,
    apply: ({ pixels }, { lead, scale, width }) => {
      const { x, y, rim } = cells(scale, "panes");
      return lay(
        sampled(soft(pixels, 2), x, y),
        lead.rgb,
        rim.map((v) => width - v + 0.5),
      );
    },
  }),
  define<{ grout: Colour; pitch: number; gap: number }>({
    name: "tile mosaic",
    family: "style",
    sample: (random) => ({ grout: anyColour(random), pitch: random.range(6, 14), gap: random.range(1, 2.2) }),
    phrases: ({ grout }) => [
      `lay it in tiles with ${grout.name} joints`,
      `make it a mosaic of tiles with ${grout.name} lines between`,
      "make it a mosaic",
    ],
    extra: ({ grout }) => `tiles with ${grout.name} joints`,
    apply: ({ pixels }, { grout, pitch, gap }) => {
      const middle = (v: number) => (Math.floor(v / pitch) + 0.5) * pitch;
      const tiles = sampled(
        soft(pixels, 2),
        field((x) => middle(x)),
        field((_x, y) => middle(y)),
      );
      return lay(
        tiles,
        grout.rgb,
        field((x, y) => (x % pitch < gap || y % pitch < gap ? 1 : 0)),
      );
    },
  }),
  define<{ pitch: number; relief: number }>({
    name: "toy bricks",
    family: "style",
    sample: (random) => ({ pitch: random.range(8, 16), relief: random.range(0.18, 0.35) }),
    phrases: () => ["build it of toy bricks", "make it of plastic bricks", "turn it into a brick model"],
    extra: () => "toy bricks",
    apply: ({ pixels }, { pitch, relief }) => {
      const middle = (v: number) => (Math.floor(v / pitch) + 0.5) * pitch;
      const bricks = sampled(
        soft(pixels, 2),
        field((x) => middle(x)),
        field((_x, y) => middle(y)),
      );
      const lit = field((x, y) => {
        const [u, v] = [x - middle(x), y - middle(y)];
        const far = Math.hypot(u, v) - pitch * 0.3;
        const stud = Math.abs(far) < 1.3 ? ((u + v) / pitch > 0 ? -1 : 1) : 0;
        return Math.max(Math.abs(u), Math.abs(v)) > pitch / 2 - 0.9 ? -0.8 : stud;
      });
      return bricks.map((v, i) =>
        Math.min(255, Math.max(0, v * (1 + relief * lit[Math.floor(i / 3)]!) + 20 * lit[Math.floor(i / 3)]!)),
      );
    },
  }),
];
