import { aColour, anyColour, type Colour } from "../colours.ts";
import { size } from "../size.ts";
import { define, type Edit } from "./edit.ts";
import { curves, field, lay } from "./filters.ts";

const fromMiddle = (x: number, y: number): number => Math.hypot(x - size / 2, y - size / 2) / (size / 2);

export const lightEdits: readonly Edit[] = [
  define<{ amount: number }>({
    name: "night",
    family: "light",
    sample: (random) => ({ amount: random.range(0.25, 0.4) }),
    phrases: () => ["make it night", "show it at night", "turn day into night"],
    extra: () => "at night",
    apply: ({ pixels }, { amount }) => curves(pixels, (v, c) => v * amount * [0.7, 0.85, 1.35][c]! + [0, 4, 18][c]!),
  }),
  define<{ amount: number }>({
    name: "darken",
    family: "light",
    sample: (random) => ({ amount: random.range(0.4, 0.6) }),
    phrases: () => ["make it darker", "turn down the light", "darken the picture"],
    extra: () => "dark",
    apply: ({ pixels }, { amount }) => curves(pixels, (v) => v * amount),
  }),
  define<{ gamma: number }>({
    name: "brighten",
    family: "light",
    sample: (random) => ({ gamma: random.range(0.35, 0.5) }),
    phrases: () => ["make it brighter", "turn up the light", "brighten the picture"],
    extra: () => "bright",
    apply: ({ pixels }, { gamma }) => curves(pixels, (v) => 255 * (v / 255) ** gamma),
  }),
  define<{ amount: number }>({
    name: "warm",
    family: "light",
    sample: (random) => ({ amount: random.range(0.7, 1.1) }),
    phrases: () => ["make the light warmer", "light it with warm evening sun", "give it a warm glow"],
    extra: () => "warm light",
    apply: ({ pixels }, { amount }) =>
      curves(pixels, (v, c) => v * (1 + amount * [0.15, -0.12, -0.6][c]!) + [25, 6, 0][c]! * amount),
  }),
  define<{ amount: number }>({
    name: "cool",
    family: "light",
    sample: (random) => ({ amount: random.range(0.7, 1.1) }),
    phrases: () => ["make the light colder", "give it cold blue light", "make it cool and blue"],
    extra: () => "cold light",
    apply: ({ pixels }, { amount }) =>
      curves(pixels, (v, c) => v * (1 + amount * [-0.55, -0.15, 0.1][c]!) + [0, 8, 40][c]! * amount),
  }),
  define<{ amount: number }>({
    name: "fog",
    family: "light",
    sample: (random) => ({ amount: random.range(0.75, 0.95) }),
    phrases: () => ["put fog at the bottom", "let fog rise from below", "add ground fog"],
    extra: () => "ground fog",
    apply: ({ pixels }, { amount }) =>
      lay(
        pixels,
        [235, 238, 242],
        field((_x, y) => amount * ((y / size - 0.25) / 0.6)),
      ),
  }),
  define<{ colour: Colour; start: number }>({
    name: "vignette",
    family: "light",
    sample: (random) => ({
      colour: anyColour(random, [], ["black", "white", "navy", "maroon", "purple", "gold", "pink", "green"]),
      start: random.range(0.45, 0.65),
    }),
    phrases: ({ colour }) => [
      `add ${aColour(colour)} vignette`,
      `fade the edges to ${colour.name}`,
      `make the corners ${colour.name}`,
    ],
    extra: ({ colour }) => `${colour.name} vignette`,
    apply: ({ pixels }, { colour, start }) =>
      lay(
        pixels,
        colour.rgb,
        field((x, y) => (fromMiddle(x, y) - start) / 0.55),
      ),
  }),
  define<{ radius: number; darkness: number }>({
    name: "spotlight",
    family: "light",
    sample: (random) => ({ radius: random.range(0.5, 0.72), darkness: random.range(0.75, 0.9) }),
    phrases: () => ["put a spotlight on it", "light only the middle", "shine a spotlight on it"],
    extra: () => "in a spotlight",
    apply: ({ pixels }, { radius, darkness }) =>
      lay(
        pixels,
        [4, 4, 12],
        field((x, y) => Math.min(darkness, (fromMiddle(x, y) - radius) * 10)),
      ),
  }),
];
