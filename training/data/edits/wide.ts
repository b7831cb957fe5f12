/**
 * Families between the kinds: of filters, prints, colours and shifts with many numbers, which no words tell apart. Only pairs can ask for them; they
 * give an instruction learned from a pair somewhere to land. None of them is a kind that is held out.
 */
import { distance, type Rgb } from "../colours.ts";
import type { Random } from "../random.ts";
import { area } from "../size.ts";
import { anyAngle } from "./angles.ts";
import { brightness, bytes, canvas, define, type Edit } from "./edit.ts";
import { at, blur, colourEdges, field, lay, ramp, sampled } from "./filters.ts";
import { exchangesAll } from "./grade.ts";

const anyRgb = (random: Random): Rgb => [random.int(0, 255), random.int(0, 255), random.int(0, 255)];

/** Two that are plainly different. */
function twoRgb(random: Random): readonly [Rgb, Rgb] {
  for (;;) {
    const [from, to] = [anyRgb(random), anyRgb(random)];
    if (distance(from, to) >= 130) return [from, to];
  }
}

/** From `low` to `high`, small ones as often as large ones; half of them below zero. */
const gain = (random: Random, low: number, high: number): number =>
  Number((random.pick([-1, 1]) * low * (high / low) ** random.next()).toFixed(3));

function colourMatrix(random: Random): readonly number[] {
  for (;;) {
    const m = Array.from({ length: 9 }, () => random.range(-0.8, 1.1));
    if (!exchangesAll(m)) return m;
  }
}

export const wideEdits: readonly Edit[] = [
  // Brightness, slope and edges in any proportion, printed in two colours. At least two of the three: each by itself is a kind.
  define<{
    tone: number;
    slope: number;
    edge: number;
    angle: number;
    radius: number;
    middle: number;
    from: Rgb;
    to: Rgb;
  }>({
    name: "two-colour print",
    family: "style",
    sample: (random) => {
      const without = random.int(0, 3);
      const [from, to] = twoRgb(random);
      return {
        tone: without === 0 ? 0 : gain(random, 0.5, 10),
        slope: without === 1 ? 0 : gain(random, 0.8, 4),
        edge: without === 2 ? 0 : gain(random, 1, 6),
        angle: anyAngle(random),
        radius: random.int(0, 2),
        middle: random.range(0.15, 0.85),
        from,
        to,
      };
    },
    phrases: () => [],
    extra: () => "two-colour print",
    apply: ({ pixels }, { tone, slope, edge, angle, radius, middle, from, to }) => {
      const grey = blur(brightness(pixels), radius);
      const lines = colourEdges(pixels);
      const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
      const value = field((x, y) => {
        const i = at(x, y);
        const rise = grey[at(x + dx * 1.5, y + dy * 1.5)]! - grey[at(x - dx * 1.5, y - dy * 1.5)]!;
        return middle + tone * (grey[i]! / 255 - 0.5) + (slope * rise) / 255 + edge * lines[i]!;
      });
      return ramp(value, from, to);
    },
  }),
  // Four colours at any tones, laid on more or less.
  define<{ stops: readonly Rgb[]; at: readonly number[]; amount: number }>({
    name: "four tones",
    family: "colour",
    sample: (random) => ({
      stops: [0, 1, 2, 3].map(() => anyRgb(random)),
      at: [random.range(0.15, 0.5), random.range(0.5, 0.85)],
      amount: random.pick([1, random.range(0.5, 1)]),
    }),
    phrases: () => [],
    extra: () => "four tones",
    apply: ({ pixels }, { stops, at, amount }) => {
      const places = [0, ...at, 1.001];
      const grey = brightness(pixels);
      const out = canvas();
      for (let i = 0; i < area; i++) {
        const v = grey[i]! / 255;
        const k = places.findIndex((place) => place > v) - 1;
        const t = (v - places[k]!) / (places[k + 1]! - places[k]!);
        for (let c = 0; c < 3; c++) {
          const toned = stops[k]![c]! + (stops[k + 1]![c]! - stops[k]![c]!) * t;
          out[i * 3 + c] = pixels[i * 3 + c]! * (1 - amount) + toned * amount;
        }
      }
      return bytes(out);
    },
  }),
  // Any matrix of colours, any black, any gammas.
  define<{ rows: readonly number[]; black: readonly number[]; gamma: readonly number[] }>({
    name: "recolour",
    family: "colour",
    sample: (random) => ({
      rows: colourMatrix(random),
      black: [0, 1, 2].map(() => random.int(-60, 120)),
      gamma: [0, 1, 2].map(() => random.range(0.5, 2)),
    }),
    phrases: () => [],
    extra: () => "other colours",
    apply: ({ pixels }, { rows, black, gamma }) => {
      const out = canvas();
      for (let i = 0; i < area * 3; i += 3) {
        for (let c = 0; c < 3; c++) {
          const mixed =
            rows[c * 3]! * pixels[i]! + rows[c * 3 + 1]! * pixels[i + 1]! + rows[c * 3 + 2]! * pixels[i + 2]!;
          out[i + c] = 255 * Math.min(1, Math.max(0, (mixed + black[c]!) / 255)) ** gamma[c]!;
        }
      }
      return bytes(out);
    },
  }),
  // The picture once more, moved and faint.
  define<{ dx: number; dy: number; amount: number }>({
    name: "double exposure",
    family: "style",
    sample: (random) => ({ dx: random.int(-14, 14), dy: random.int(-14, 14), amount: random.range(0.3, 0.8) }),
    phrases: () => [],
    extra: () => "double exposure",
    apply: ({ pixels }, { dx, dy, amount }) => {
      const moved = sampled(
        pixels,
        field((x) => x - dx),
        field((_, y) => y - dy),
      );
      return pixels.map((v, i) => v + (moved[i]! - v) * amount);
    },
  }),
  // Waves along and across, which tones move, printed over the picture: lines, rows of dots, grids, and rasters of any pitch, angle and place.
  define<{
    pitch: number;
    angle: number;
    phases: readonly { angle: number }[];
    along: number;
    across: number;
    tone: number;
    level: number;
    ink: Rgb;
    opacity: number;
  }>({
    name: "screen",
    family: "style",
    sample: (random) => {
      const flat = random.int(0, 2);
      return {
        pitch: random.range(7, 32),
        angle: random.pick([0, anyAngle(random)]),
        phases: [0, 1].map(() => ({ angle: random.range(0, 2 * Math.PI) })),
        along: flat === 0 ? 0 : random.range(0.4, 1),
        across: flat === 1 ? 0 : random.range(0.4, 1),
        tone: random.pick([0, gain(random, 0.7, 4)]),
        level: random.range(-0.6, 0.6),
        ink: anyRgb(random),
        opacity: random.range(0.6, 1),
      };
    },
    phrases: () => [],
    extra: () => "screen print",
    apply: ({ pixels }, { pitch, angle, phases, along, across, tone, level, ink, opacity }) => {
      const grey = blur(brightness(pixels), 1);
      const [cos, sin] = [(Math.cos(angle) * 2 * Math.PI) / pitch, (Math.sin(angle) * 2 * Math.PI) / pitch];
      const cover = field((x, y) => {
        const wave = along * Math.cos(cos * x + sin * y + phases[0]!.angle);
        const other = across * Math.cos(cos * y - sin * x + phases[1]!.angle);
        const value = level + wave + other + tone * (grey[at(x, y)]! / 255 - 0.5);
        return opacity * Math.min(1, Math.max(0, 0.5 + (value * pitch) / 6)); // rims of about a pixel
      });
      return lay(pixels, ink, cover);
    },
  }),
];
