import { aColour, anyColour, type Colour, otherColour } from "../colours.ts";
import { brightness, define, type Edit } from "./edit.ts";
import { curves, matrix, ramp } from "./filters.ts";

const share = (values: Float32Array): Float32Array => values.map((v) => v / 255);

// Rotates hues about the grey axis, keeping brightness roughly; degrees.
function hueMatrix(degrees: number): number[] {
  const c = Math.cos((degrees * Math.PI) / 180);
  const s = Math.sin((degrees * Math.PI) / 180);
  return [
    [0.213 + c * 0.787 - s * 0.213, 0.715 - c * 0.715 - s * 0.715, 0.072 - c * 0.072 + s * 0.928],
    [0.213 - c * 0.213 + s * 0.143, 0.715 + c * 0.285 + s * 0.14, 0.072 - c * 0.072 - s * 0.283],
    [0.213 - c * 0.213 - s * 0.787, 0.715 - c * 0.715 + s * 0.715, 0.072 + c * 0.928 + s * 0.072],
  ].flat();
}

function saturation(s: number): number[] {
  const rest = [0.299, 0.587, 0.114].map((v) => v * (1 - s));
  return [0, 1, 2].flatMap((row) => rest.map((v, column) => v + (row === column ? s : 0)));
}

export const colourEdits: readonly Edit[] = [
  define({
    name: "sepia",
    family: "colour",
    sample: (random) => ({ depth: random.range(0.85, 1.1) }),
    phrases: () => ["make it a sepia photo", "turn it into an old sepia photograph", "give it a sepia tone"],
    extra: () => "sepia photo",
    apply: ({ pixels }, { depth }) =>
      matrix(
        pixels,
        [0.393, 0.769, 0.189, 0.349, 0.686, 0.168, 0.272, 0.534, 0.131].map((v) => v * depth * 0.9),
      ),
  }),
  define({
    name: "grey",
    family: "colour",
    sample: () => ({}),
    phrases: () => ["make it greyscale", "turn it into a grey picture", "remove all the colours"],
    extra: () => "greyscale",
    apply: ({ pixels }) => matrix(pixels, saturation(0)),
  }),
  define({
    name: "invert",
    family: "colour",
    sample: () => ({}),
    phrases: () => ["invert the colours", "make it a negative", "turn it into a photo negative"],
    extra: () => "inverted colours",
    apply: ({ pixels }) => curves(pixels, (v) => 255 - v),
  }),
  define<{ dark: Colour; light: Colour }>({
    name: "duotone",
    family: "colour",
    sample: (random) => {
      const among = [
        "navy",
        "black",
        "maroon",
        "dark green",
        "indigo",
        "crimson",
        "brown",
        "charcoal",
        "purple",
        "blue",
      ];
      const dark = anyColour(random, [], among);
      return { dark, light: otherColour(random, dark, among) };
    },
    phrases: ({ dark, light }) => [
      `make it ${aColour(dark)} and ${light.name} duotone`,
      `print it in ${dark.name} and ${light.name}`,
      `use only ${dark.name} and ${light.name}`,
      "make it a duotone",
    ],
    extra: ({ dark, light }) => `${dark.name} and ${light.name} duotone`,
    apply: ({ pixels }, { dark, light }) => ramp(share(brightness(pixels)), dark.rgb, light.rgb),
  }),
  define<{ degrees: number }>({
    name: "hue",
    family: "colour",
    sample: (random) => ({ degrees: random.int(60, 300) }),
    phrases: ({ degrees }) => {
      const turn =
        degrees < 105
          ? "a quarter"
          : degrees < 150
            ? "a third"
            : degrees < 210
              ? "half"
              : degrees < 255
                ? "two thirds"
                : "three quarters";
      return [`shift the hues by ${turn}`, `turn the colour wheel by ${turn}`, `rotate the hues by ${turn}`];
    },
    extra: () => "shifted hues",
    apply: ({ pixels }, { degrees }) => matrix(pixels, hueMatrix(degrees)),
  }),
  define<{ levels: number }>({
    name: "posterize",
    family: "colour",
    sample: (random) => ({ levels: random.int(2, 4) }),
    phrases: ({ levels }) => {
      const word = ["two", "three", "four"][levels - 2]!;
      return [`posterize it to ${word} levels`, `make it a poster with ${word} levels of colour`];
    },
    extra: () => "posterized",
    apply: ({ pixels }, { levels }) =>
      curves(pixels, (v) => (Math.min(levels - 1, Math.floor((v * levels) / 256)) * 255) / (levels - 1)),
  }),
  define<{ amount: number }>({
    name: "saturate",
    family: "colour",
    sample: (random) => ({ amount: random.range(1.8, 3) }),
    phrases: () => ["make the colours vivid", "saturate the colours", "make it much more colourful"],
    extra: () => "vivid colours",
    apply: ({ pixels }, { amount }) => matrix(pixels, saturation(amount)),
  }),
  define<{ amount: number }>({
    name: "pastel",
    family: "colour",
    sample: (random) => ({ amount: random.range(0.5, 0.65) }),
    phrases: () => ["make the colours pastel", "use soft pastel colours", "fade it to pastel"],
    extra: () => "pastel colours",
    apply: ({ pixels }, { amount }) => curves(pixels, (v) => v + (255 - v) * amount),
  }),
  define<{ level: number }>({
    name: "threshold",
    family: "colour",
    sample: (random) => ({ level: random.int(110, 150) }),
    phrases: () => ["make it black and white", "use pure black and white only", "turn it into a stencil"],
    extra: () => "black and white",
    apply: ({ pixels }, { level }) =>
      ramp(
        brightness(pixels).map((v) => (v - level) / 12 + 0.5),
        [0, 0, 0],
        [255, 255, 255],
      ),
  }),
  define<{ colour: Colour; amount: number }>({
    name: "tint",
    family: "colour",
    sample: (random) => ({
      colour: anyColour(random, ["white", "grey", "silver", "cream", "black", "charcoal"]),
      amount: random.range(0.45, 0.65),
    }),
    phrases: ({ colour }) => [
      `tint it ${colour.name}`,
      `put ${aColour(colour)} filter over it`,
      `wash it in ${colour.name}`,
    ],
    extra: ({ colour }) => `tinted ${colour.name}`,
    apply: ({ pixels }, { colour, amount }) => curves(pixels, (v, c) => v + (colour.rgb[c]! - v) * amount),
  }),
];
