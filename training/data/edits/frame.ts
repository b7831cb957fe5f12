import { aColour, anyColour, type Colour, otherColour, type Rgb } from "../colours.ts";
import type { Random } from "../random.ts";
import { size } from "../size.ts";
import { define, type Edit } from "./edit.ts";
import { field, lay } from "./filters.ts";

/** Teal is kept for the evaluation. */
const except = ["teal"];
const fromEdge = (x: number, y: number): number => Math.min(x, y, size - x, size - y);

/** A border of `width` pixels, drawn over the picture. */
export function framed(pixels: Uint8Array, colour: Rgb, width: number): Uint8Array {
  return lay(
    pixels,
    colour,
    field((x, y) => (fromEdge(x, y) < width ? 1 : 0)),
  );
}

function two(random: Random): { outer: Colour; inner: Colour } {
  const outer = anyColour(random, except);
  return { outer, inner: otherColour(random, outer, except) };
}

export const frameEdits: readonly Edit[] = [
  define<{ colour: Colour; width: number }>({
    name: "frame",
    family: "frame",
    sample: (random) => ({ colour: anyColour(random, except), width: random.int(7, 14) }),
    phrases: ({ colour, width }) => {
      const thick = width > 10 ? "thick" : "thin";
      return [
        `put a ${thick} ${colour.name} frame around it`,
        `put ${aColour(colour)} frame around it`,
        `give it a ${thick} ${colour.name} border`,
      ];
    },
    extra: ({ colour }) => `${colour.name} frame`,
    apply: ({ pixels }, { colour, width }) => framed(pixels, colour.rgb, width),
  }),
  define<{ outer: Colour; inner: Colour; width: number }>({
    name: "double frame",
    family: "frame",
    sample: (random) => ({ ...two(random), width: random.int(6, 8) }),
    phrases: ({ outer, inner }) => [
      `put ${aColour(outer)} frame with ${aColour(inner)} inner line around it`,
      `give it a double frame, ${outer.name} outside and ${inner.name} inside`,
    ],
    extra: ({ outer, inner }) => `${outer.name} and ${inner.name} double frame`,
    apply: ({ pixels }, { outer, inner, width }) => framed(framed(pixels, inner.rgb, width * 2), outer.rgb, width),
  }),
  define<{ a: Colour; b: Colour; width: number }>({
    name: "striped frame",
    family: "frame",
    sample: (random) => {
      const { outer: a, inner: b } = two(random);
      return { a, b, width: random.int(9, 13) };
    },
    phrases: ({ a, b }) => [
      `put a frame of ${a.name} and ${b.name} stripes around it`,
      `give it ${aColour(a)} and ${b.name} striped border`,
    ],
    extra: ({ a, b }) => `${a.name} and ${b.name} striped frame`,
    apply: ({ pixels }, { a, b, width }) => {
      const odd = (x: number, y: number) => Math.floor((x + y) / 16) & 1;
      const inside = lay(
        pixels,
        a.rgb,
        field((x, y) => (fromEdge(x, y) < width && odd(x, y) ? 1 : 0)),
      );
      return lay(
        inside,
        b.rgb,
        field((x, y) => (fromEdge(x, y) < width && !odd(x, y) ? 1 : 0)),
      );
    },
  }),
  define<{ colour: Colour }>({
    name: "polaroid",
    family: "frame",
    sample: (random) => ({ colour: anyColour(random, [], ["white", "cream", "black", "silver", "pink", "beige"]) }),
    phrases: ({ colour }) => [
      `make it ${aColour(colour)} polaroid`,
      `put it in ${aColour(colour)} instant photo border`,
    ],
    extra: ({ colour }) => `${colour.name} polaroid`,
    apply: ({ pixels }, { colour }) =>
      lay(
        pixels,
        colour.rgb,
        field((x, y) => (fromEdge(x, y) < 8 || y > size - 28 ? 1 : 0)),
      ),
  }),
  define<{ colour: Colour; height: number }>({
    name: "film bars",
    family: "frame",
    sample: (random) => ({ colour: anyColour(random, except), height: random.int(15, 22) }),
    phrases: ({ colour }) => [`put ${colour.name} bars above and below it`, `give it ${colour.name} cinema bars`],
    extra: ({ colour }) => `${colour.name} bars above and below`,
    apply: ({ pixels }, { colour, height }) =>
      lay(
        pixels,
        colour.rgb,
        field((_x, y) => (Math.min(y, size - y) < height ? 1 : 0)),
      ),
  }),
  define<{ colour: Colour; radius: number }>({
    name: "rounded corners",
    family: "crop",
    sample: (random) => ({ colour: anyColour(random, except), radius: random.int(28, 40) }),
    phrases: ({ colour }) => [
      `round the corners off in ${colour.name}`,
      `give it round ${colour.name} corners and edges`,
    ],
    extra: ({ colour }) => `rounded corners in ${colour.name}`,
    apply: ({ pixels }, { colour, radius }) => {
      const half = size / 2 - 4;
      return lay(
        pixels,
        colour.rgb,
        field((x, y) => {
          const u = Math.max(0, Math.abs(x - size / 2) - half + radius);
          const v = Math.max(0, Math.abs(y - size / 2) - half + radius);
          return Math.hypot(u, v) - radius + 0.5;
        }),
      );
    },
  }),
  define<{ colour: Colour; reach: number }>({
    name: "diamond crop",
    family: "crop",
    sample: (random) => ({ colour: anyColour(random, except), reach: random.int(82, 92) }),
    phrases: ({ colour }) => [`cut the corners off in ${colour.name}`, `show it in a diamond shape on ${colour.name}`],
    extra: ({ colour }) => `diamond crop on ${colour.name}`,
    apply: ({ pixels }, { colour, reach }) =>
      lay(
        pixels,
        colour.rgb,
        field((x, y) => Math.abs(x - size / 2) + Math.abs(y - size / 2) - reach + 0.5),
      ),
  }),
];
