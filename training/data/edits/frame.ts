import { aColour, anyColour, type Colour, otherColour, type Rgb } from "../colours.ts";
import type { Random } from "../random.ts";
import { size } from "../size.ts";
import { anyAngle, towards } from "./angles.ts";
import { degree, thickness } from "./degrees.ts";
import { define, type Edit } from "./edit.ts";
import { field, lay, ramp } from "./filters.ts";
import { shapeNames, stamp } from "./shapes.ts";

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
    sample: (random) => ({ colour: anyColour(random, except), width: random.range(5, 18) }),
    phrases: ({ colour, width }) => {
      const thick = degree(width, 5, 18, thickness);
      return [
        `put a ${thick} ${colour.name} frame around it`,
        `put ${aColour(colour)} frame around it`,
        `give it a ${thick} ${colour.name} border`,
        "put a frame around it",
      ];
    },
    extra: ({ colour }) => `${colour.name} frame`,
    apply: ({ pixels }, { colour, width }) => framed(pixels, colour.rgb, width),
  }),
  define<{ outer: Colour; inner: Colour; width: number }>({
    name: "double frame",
    family: "frame",
    sample: (random) => ({ ...two(random), width: random.int(6, 8) }),
    phrases: ({ outer, inner, width }) => {
      const thick = degree(width, 6, 8, ["thin", "fairly thick", "thick"]);
      return [
        `put a ${thick} ${outer.name} frame with ${aColour(inner)} inner line around it`,
        `give it a ${thick} double frame, ${outer.name} outside and ${inner.name} inside`,
      ];
    },
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
    phrases: ({ a, b, width }) => {
      const thick = degree(width, 9, 13, ["thin", "thick"]);
      return [
        `put a ${thick} frame of ${a.name} and ${b.name} stripes around it`,
        `give it ${aColour(a)} and ${b.name} striped border`,
      ];
    },
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
    phrases: ({ colour, height }) => {
      const thick = degree(height, 15, 22, ["thin", "thick"]);
      return [`put ${thick} ${colour.name} bars above and below it`, `give it ${colour.name} cinema bars`];
    },
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
    phrases: ({ colour, radius }) => {
      const far = degree(radius, 28, 40, ["slightly", "well", "strongly"]);
      return [`round the corners off ${far} in ${colour.name}`, `give it round ${colour.name} corners and edges`];
    },
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
  define<{ colour: Colour; inset: number; width: number }>({
    name: "inset line",
    family: "frame",
    sample: (random) => ({
      colour: anyColour(random, except),
      inset: random.range(4, 14),
      width: random.range(3.5, 7),
    }),
    phrases: ({ colour, inset, width }) => {
      const [thick, far] = [
        degree(width, 3.5, 7, ["thin", "thick"]),
        degree(inset, 4, 14, ["just", "a little", "well"]),
      ];
      return [
        `draw a ${thick} ${colour.name} line ${far} inside the edge`,
        `put a fine ${colour.name} frame inside it`,
      ];
    },
    extra: ({ colour }) => `${colour.name} line inside`,
    apply: ({ pixels }, { colour, inset, width }) =>
      lay(
        pixels,
        colour.rgb,
        field((x, y) => (fromEdge(x, y) > inset && fromEdge(x, y) < inset + width ? 1 : 0)),
      ),
  }),
  define<{ colour: Colour; depth: number; pitch: number }>({
    name: "stamp edge",
    family: "frame",
    sample: (random) => ({ colour: anyColour(random, except), depth: random.range(5, 9), pitch: random.range(10, 16) }),
    phrases: ({ colour }) => [`cut it like a stamp on ${colour.name}`, `give it a wavy ${colour.name} border`],
    extra: ({ colour }) => `${colour.name} wavy border`,
    apply: ({ pixels }, { colour, depth, pitch }) =>
      lay(
        pixels,
        colour.rgb,
        field((x, y) => {
          const along = Math.min(x, size - x) < Math.min(y, size - y) ? y : x;
          return depth * (1 + 0.6 * Math.sin((along * 2 * Math.PI) / pitch)) - fromEdge(x, y) + 0.5;
        }),
      ),
  }),
  define<{ a: Colour; b: Colour; width: number; angle: number }>({
    name: "fading frame",
    family: "frame",
    sample: (random) => {
      const { outer: a, inner: b } = two(random);
      return { a, b, width: random.range(7, 16), angle: anyAngle(random) };
    },
    phrases: ({ a, b, width, angle }) => {
      const thick = degree(width, 7, 16, ["thin", "thick"]);
      return [
        `put a ${thick} frame fading from ${a.name} to ${b.name}, towards the ${towards(angle)}, around it`,
        `give it a border from ${a.name} to ${b.name}`,
      ];
    },
    extra: ({ a, b }) => `frame from ${a.name} to ${b.name}`,
    apply: ({ pixels }, { a, b, width, angle }) => {
      const fade = ramp(
        field((x, y) => 0.5 + ((x / size - 0.5) * Math.cos(angle) + (y / size - 0.5) * Math.sin(angle)) * 0.9),
        a.rgb,
        b.rgb,
      );
      return lay(
        pixels,
        fade,
        field((x, y) => (fromEdge(x, y) < width ? 1 : 0)),
      );
    },
  }),
  define<{ colour: Colour; length: number; width: number }>({
    name: "corner brackets",
    family: "frame",
    sample: (random) => ({
      colour: anyColour(random, except),
      length: random.range(24, 44),
      width: random.range(5, 11),
    }),
    phrases: ({ colour, length, width }) => {
      const [large, thick] = [degree(length, 24, 44, ["small", "large"]), degree(width, 5, 11, ["thin", "thick"])];
      return [`put ${large} ${thick} ${colour.name} brackets into the corners`, `mark the corners in ${colour.name}`];
    },
    extra: ({ colour }) => `${colour.name} corners`,
    apply: ({ pixels }, { colour, length, width }) =>
      lay(
        pixels,
        colour.rgb,
        field((x, y) =>
          fromEdge(x, y) < width && Math.max(Math.min(x, size - x), Math.min(y, size - y)) < length ? 1 : 0,
        ),
      ),
  }),
  define<{ colour: Colour; width: number; angle: number }>({
    name: "one-sided bar",
    family: "frame",
    sample: (random) => ({ colour: anyColour(random, except), width: random.range(16, 34), angle: random.int(0, 3) }),
    phrases: ({ colour, width, angle }) => {
      const [thick, side] = [degree(width, 16, 34, thickness), towards((angle * Math.PI) / 2)];
      return [`put a ${thick} ${colour.name} bar on the ${side}`, `cover the ${side} edge in ${colour.name}`];
    },
    extra: ({ colour, angle }) => `${colour.name} bar on the ${towards((angle * Math.PI) / 2)}`,
    apply: ({ pixels }, { colour, width, angle }) =>
      lay(
        pixels,
        colour.rgb,
        field((x, y) => ([size - x, size - y, x, y][angle]! < width ? 1 : 0)),
      ),
  }),
  define<{ colour: Colour; rx: number; ry: number }>({
    name: "oval crop",
    family: "crop",
    sample: (random) => {
      const wide = random.chance(0.5);
      const [long, short] = [random.range(54, 62), random.range(36, 46)];
      return { colour: anyColour(random, except), rx: wide ? long : short, ry: wide ? short : long };
    },
    phrases: ({ colour, rx, ry }) => [
      `show it in ${rx > ry ? "a wide" : "a tall"} oval on ${colour.name}`,
      `cut it to an oval on ${colour.name}`,
    ],
    extra: ({ colour }) => `oval crop on ${colour.name}`,
    apply: ({ pixels }, { colour, rx, ry }) =>
      lay(
        pixels,
        colour.rgb,
        field((x, y) => (Math.hypot((x - size / 2) / rx, (y - size / 2) / ry) - 1) * Math.min(rx, ry) + 0.5),
      ),
  }),
  define<{ colour: Colour; shape: string; radius: number }>({
    name: "shaped crop",
    family: "crop",
    sample: (random) => ({
      colour: anyColour(random, except),
      shape: random.pick(shapeNames.filter((name) => ["star", "heart", "flower", "drop", "cloud"].includes(name))),
      radius: random.range(62, 76),
    }),
    phrases: ({ colour, shape }) => [
      `cut it to a ${shape} on ${colour.name}`,
      `show it in a ${shape} shape on ${colour.name}`,
    ],
    extra: ({ colour, shape }) => `${shape} crop on ${colour.name}`,
    apply: ({ pixels }, { colour, shape, radius }) =>
      lay(
        pixels,
        colour.rgb,
        stamp(shape as (typeof shapeNames)[number], size / 2, size / 2, radius).map((v) => 1 - v),
      ),
  }),
];
