/** Colour grading: wide families of curves, matrices and maps, of which the words say little and an example everything. */
import { aColour, anyColour, type Colour, otherColour, type Rgb } from "../colours.ts";
import type { Random } from "../random.ts";
import { area, size } from "../size.ts";
import { anyAngle, towards } from "./angles.ts";
import { brightness, bytes, canvas, define, type Edit } from "./edit.ts";
import { curves, field, lay, matrix } from "./filters.ts";

/** Through points at equal distances over 0..255, straight in between. */
function throughPoints(points: readonly number[]): (v: number) => number {
  return (v) => {
    const t = (v / 255) * (points.length - 1);
    const i = Math.min(points.length - 2, Math.floor(t));
    return 255 * (points[i]! + (points[i + 1]! - points[i]!) * (t - i));
  };
}

/** Every pixel by its brightness, along colours at equal distances. */
export function toneMap(pixels: Uint8Array, stops: readonly Rgb[]): Uint8Array {
  const grey = brightness(pixels);
  const out = canvas();
  for (let i = 0; i < area; i++) {
    const t = Math.min(stops.length - 1.001, (grey[i]! / 255) * (stops.length - 1));
    const [from, to] = [stops[Math.floor(t)]!, stops[Math.floor(t) + 1]!];
    for (let c = 0; c < 3; c++) out[i * 3 + c] = from[c]! + (to[c]! - from[c]!) * (t % 1);
  }
  return bytes(out);
}

/** Hue in degrees and saturation 0..1 of a pixel. */
function hueOf(r: number, g: number, b: number): readonly [number, number] {
  const [high, low] = [Math.max(r, g, b), Math.min(r, g, b)];
  if (high === low) return [0, 0];
  const d = high - low;
  const h = high === r ? ((g - b) / d + 6) % 6 : high === g ? (b - r) / d + 2 : (r - g) / d + 4;
  return [h * 60, d / high];
}

const hueNames = ["red", "orange", "yellow", "green", "turquoise", "blue", "purple", "pink"] as const;
const hueValues: Readonly<Record<(typeof hueNames)[number], number>> = {
  red: 0,
  orange: 28,
  yellow: 52,
  green: 125,
  turquoise: 175,
  blue: 220,
  purple: 275,
  pink: 325,
};

function nearHue(pixels: Uint8Array, hue: number, width: number): Float32Array {
  const out = new Float32Array(area);
  for (let i = 0; i < area; i++) {
    const [h, s] = hueOf(pixels[i * 3]!, pixels[i * 3 + 1]!, pixels[i * 3 + 2]!);
    const far = Math.abs(((h - hue + 540) % 360) - 180);
    out[i] = Math.min(1, s * 4) * Math.min(1, Math.max(0, (width - far) / 12));
  }
  return out;
}

const unsaturated = (pixels: Uint8Array): Uint8Array => matrix(pixels, Array(3).fill([0.299, 0.587, 0.114]).flat());

/** Whether a 3 × 3 matrix is near the exchange of all three channels, which is held out. */
export function exchangesAll(rows: readonly number[]): boolean {
  const swap = [0, 0, 1, 1, 0, 0, 0, 1, 0];
  return Math.hypot(...rows.map((v, i) => v - swap[i]!)) <= 0.8;
}

function mixing(random: Random): number[] {
  for (;;) {
    const rows = [0, 1, 2].map((own) => {
      const row = [0, 1, 2].map((c) => (c === own ? random.range(-0.2, 0.9) : random.range(-0.6, 0.9)));
      const sum = row.reduce((a, b) => a + b, 0);
      return sum > 0.25 ? row.map((v) => Number((v / Math.max(0.5, sum)).toFixed(3))) : undefined;
    });
    if (rows.some((row) => row === undefined)) continue;
    const all = rows.flat() as number[];
    if (!exchangesAll(all)) return all;
  }
}

export const gradeEdits: readonly Edit[] = [
  define<{ points: readonly number[] }>({
    name: "tone curve",
    family: "colour",
    sample: (random) => ({
      points: [0, 1, 2, 3].map((i) => random.range(Math.max(0, i / 3 - 0.45), Math.min(1, i / 3 + 0.45))),
    }),
    phrases: () => ["change the tone curve", "give the tones another curve", "regrade the tones"],
    extra: () => "another tone curve",
    apply: ({ pixels }, { points }) => curves(pixels, throughPoints(points)),
  }),
  define<{ red: readonly number[]; green: readonly number[]; blue: readonly number[] }>({
    name: "cross process",
    family: "colour",
    sample: (random) => {
      const points = () => [0, 1, 2].map((i) => random.range(Math.max(0, i / 2 - 0.42), Math.min(1, i / 2 + 0.42)));
      return { red: points(), green: points(), blue: points() };
    },
    phrases: () => ["cross process it", "change the curves of the colours", "develop it in other chemicals"],
    extra: () => "cross processed",
    apply: ({ pixels }, { red, green, blue }) => {
      const each = [red, green, blue].map(throughPoints);
      return curves(pixels, (v, c) => each[c]!(v));
    },
  }),
  define<{ rows: readonly number[] }>({
    name: "channel mix",
    family: "colour",
    sample: (random) => ({ rows: mixing(random) }),
    phrases: () => ["mix the colour channels", "give it strange mixed colours", "change which colour is which"],
    extra: () => "mixed channels",
    apply: ({ pixels }, { rows }) => matrix(pixels, rows),
  }),
  define<{ which: string }>({
    name: "channel exchange",
    family: "colour",
    sample: (random) => ({ which: random.pick(["red and green", "red and blue", "green and blue"]) }),
    phrases: ({ which }) => [`exchange ${which}`, `swap ${which}`],
    extra: ({ which }) => `${which} exchanged`,
    apply: ({ pixels }, { which }) => {
      const order = which === "red and green" ? [1, 0, 2] : which === "red and blue" ? [2, 1, 0] : [0, 2, 1];
      return pixels.map((_, i) => pixels[i - (i % 3) + order[i % 3]!]!);
    },
  }),
  define<{ a: Colour; b: Colour; c: Colour }>({
    name: "gradient map",
    family: "colour",
    sample: (random) => {
      const a = anyColour(random);
      const b = otherColour(random, a);
      return { a, b, c: otherColour(random, b) };
    },
    phrases: ({ a, b, c }) => [
      `map the tones from ${a.name} over ${b.name} to ${c.name}`,
      `print it in ${a.name}, ${b.name} and ${c.name}`,
      "make it a tritone",
    ],
    extra: ({ a, b, c }) => `${a.name}, ${b.name} and ${c.name} tones`,
    apply: ({ pixels }, { a, b, c }) => toneMap(pixels, [a.rgb, b.rgb, c.rgb]),
  }),
  define<{ stops: readonly Colour[] }>({
    name: "false colours",
    family: "colour",
    sample: (random) => ({ stops: [0, 1, 2, 3, 4].map(() => anyColour(random)) }),
    phrases: () => ["show it in false colours", "give every tone a colour of its own", "recolour it wildly"],
    extra: () => "false colours",
    apply: ({ pixels }, { stops }) =>
      toneMap(
        pixels,
        stops.map(({ rgb }) => rgb),
      ),
  }),
  define<{ shadows: Colour; lights: Colour; amount: number }>({
    name: "split tone",
    family: "colour",
    sample: (random) => {
      const shadows = anyColour(random);
      return { shadows, lights: otherColour(random, shadows), amount: random.range(0.35, 0.65) };
    },
    phrases: ({ shadows, lights }) => [
      `tone the shadows ${shadows.name} and the lights ${lights.name}`,
      `${shadows.name} shadows and ${lights.name} lights`,
      "split tone it",
    ],
    extra: ({ shadows, lights }) => `${shadows.name} shadows, ${lights.name} lights`,
    apply: ({ pixels }, { shadows, lights, amount }) => {
      const grey = brightness(pixels).map((v) => v / 255);
      const dark = lay(
        pixels,
        shadows.rgb,
        grey.map((v) => (1 - v) * amount),
      );
      return lay(
        dark,
        lights.rgb,
        grey.map((v) => v * amount),
      );
    },
  }),
  define<{ gain: number }>({
    name: "contrast",
    family: "colour",
    sample: (random) => ({ gain: random.pick([random.range(0.3, 0.55), random.range(1.8, 3.2)]) }),
    phrases: ({ gain }) =>
      gain > 1
        ? ["make the contrast strong", "raise the contrast", "make it stark"]
        : ["make the contrast weak", "flatten the contrast", "make it pale and flat"],
    extra: ({ gain }) => (gain > 1 ? "strong contrast" : "weak contrast"),
    apply: ({ pixels }, { gain }) => curves(pixels, (v) => 128 + (v - 128) * gain),
  }),
  define<{ lift: number; warmth: number; fade: number }>({
    name: "faded photo",
    family: "colour",
    sample: (random) => ({ lift: random.range(40, 85), warmth: random.range(5, 30), fade: random.range(0.35, 0.65) }),
    phrases: () => ["make it a faded old photo", "let the print fade", "bleach it like an old print"],
    extra: () => "faded photo",
    apply: ({ pixels }, { lift, warmth, fade }) =>
      curves(
        lay(pixels, unsaturated(pixels), new Float32Array(area).fill(fade)),
        (v, c) => lift + v * (0.92 - lift / 255) + [warmth, warmth * 0.3, -warmth][c]!,
      ),
  }),
  define<{ hue: string; width: number }>({
    name: "only one colour",
    family: "colour",
    sample: (random) => ({ hue: random.pick(hueNames), width: random.range(26, 50) }),
    phrases: ({ hue }) => [`keep only the ${hue}`, `make everything grey but what is ${hue}`],
    extra: ({ hue }) => `only ${hue} in colour`,
    apply: ({ pixels }, { hue, width }) =>
      lay(unsaturated(pixels), pixels, nearHue(pixels, hueValues[hue as keyof typeof hueValues], width)),
  }),
  define<{ hue: string; to: Colour; width: number }>({
    name: "replace a colour",
    family: "colour",
    sample: (random) => ({ hue: random.pick(hueNames), to: anyColour(random), width: random.range(26, 50) }),
    phrases: ({ hue, to }) => [`turn what is ${hue} ${to.name}`, `replace ${hue} by ${to.name}`],
    extra: ({ hue, to }) => `${hue} turned ${to.name}`,
    apply: ({ pixels }, { hue, to, width }) => {
      const tinted = toneMap(pixels, [[0, 0, 0], to.rgb, [255, 255, 255]]);
      return lay(pixels, tinted, nearHue(pixels, hueValues[hue as keyof typeof hueValues], width));
    },
  }),
  define<{ from: Colour; angle: number; amount: number }>({
    name: "golden hour",
    family: "light",
    sample: (random) => ({
      from: anyColour(random, [], ["gold", "orange", "peach", "yellow", "coral"]),
      angle: anyAngle(random),
      amount: random.range(0.45, 0.75),
    }),
    phrases: ({ angle }) => [
      "light it in the golden hour",
      `let low sun shine on it from the ${towards(angle)}`,
      "give it golden evening light",
    ],
    extra: () => "golden hour",
    apply: ({ pixels }, { from, angle, amount }) => {
      const warm = curves(pixels, (v, c) => v * [1.06, 0.9, 0.66][c]!);
      return lay(
        warm,
        from.rgb,
        along(angle, (t) => amount * t),
      );
    },
  }),
  define<{ angle: number; dark: number; bright: number }>({
    name: "side light",
    family: "light",
    sample: (random) => ({ angle: anyAngle(random), dark: random.range(0.3, 0.6), bright: random.range(1.2, 1.7) }),
    phrases: ({ angle }) => [
      `light it from the ${towards(angle)}`,
      `let the light come from the ${towards(angle)}`,
      "light it from one side",
    ],
    extra: ({ angle }) => `light from the ${towards(angle)}`,
    apply: ({ pixels }, { angle, dark, bright }) => {
      const share = along(angle, (t) => t);
      return pixels.map((v, i) => Math.min(255, v * (dark + (bright - dark) * share[Math.floor(i / 3)]!)));
    },
  }),
  define<{ colour: Colour; x: number; y: number; radius: number; amount: number }>({
    name: "light leak",
    family: "light",
    sample: (random) => ({
      colour: anyColour(random),
      x: random.range(0, 1),
      y: random.range(0, 1),
      radius: random.range(0.45, 0.9),
      amount: random.range(0.7, 1),
    }),
    phrases: ({ colour }) => [`let ${colour.name} light leak in`, `put ${aColour(colour)} glow on it`],
    extra: ({ colour }) => `${colour.name} light leak`,
    apply: ({ pixels }, { colour, x, y, radius, amount }) =>
      lay(
        pixels,
        colour.rgb,
        field((u, v) => amount * Math.max(0, 1 - Math.hypot(u / size - x, v / size - y) / radius)),
      ),
  }),
  define<{ angle: number; shift: number; amount: number }>({
    name: "rainbow wash",
    family: "light",
    sample: (random) => ({ angle: anyAngle(random), shift: random.range(0, 1), amount: random.range(0.4, 0.7) }),
    phrases: () => ["wash it in rainbow colours", "lay a rainbow over it", "light it in all colours"],
    extra: () => "rainbow colours",
    apply: ({ pixels }, { angle, shift, amount }) => {
      const where = along(angle, (t) => t + shift);
      const rainbow = canvas();
      for (let i = 0; i < area; i++)
        for (let c = 0; c < 3; c++) rainbow[i * 3 + c] = 128 + 127 * Math.cos(2 * Math.PI * (where[i]! - c / 3));
      return lay(pixels, bytes(rainbow), new Float32Array(area).fill(amount));
    },
  }),
  define<{ cold: number; snow: number; height: number }>({
    name: "winter",
    family: "light",
    sample: (random) => ({
      cold: random.range(0.5, 0.9),
      snow: random.range(0.75, 1),
      height: random.range(0.5, 0.75),
    }),
    phrases: () => ["make it winter", "cover the ground with snow", "let it be a cold winter day"],
    extra: () => "in winter",
    apply: ({ pixels }, { cold, snow, height }) => {
      const pale = lay(pixels, unsaturated(pixels), new Float32Array(area).fill(cold * 0.7));
      const blue = curves(pale, (v, c) => v * (1 + cold * [-0.18, -0.04, 0.08][c]!) + [18, 24, 36][c]! * cold);
      return lay(
        blue,
        [246, 250, 255],
        field((x, y) => snow * ((y / size - height + 0.05 * Math.sin(x / 9)) * 5)),
      );
    },
  }),
];

/** 0 on one side of the picture, 1 on the other, along `angle`, through `shape`. */
function along(angle: number, shape: (t: number) => number): Float32Array {
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  const reach = (Math.abs(dx) + Math.abs(dy)) / 2;
  return field((x, y) => shape(0.5 + ((x / size - 0.5) * dx + (y / size - 0.5) * dy) / (2 * reach)));
}
