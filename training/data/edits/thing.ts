/** Things that are added: into a corner, in front, over the whole picture. */
import { aColour, anyColour, type Colour, named, type Rgb } from "../colours.ts";
import { area, size } from "../size.ts";
import { define, type Edit } from "./edit.ts";
import { field, lay } from "./filters.ts";
import { bright, dark } from "./shades.ts";
import { type Shape, shapeNames, stamp } from "./shapes.ts";

const corners = {
  "top left": [0.2, 0.2],
  "top right": [0.8, 0.2],
  "bottom left": [0.2, 0.8],
  "bottom right": [0.8, 0.8],
} as const;
type Corner = keyof typeof corners;
const cornerNames = Object.keys(corners) as Corner[];

function scattered(pixels: Uint8Array, colour: Rgb, shape: Shape, pitch: number, radius: number): Uint8Array {
  const cover = new Float32Array(area);
  for (let row = 0, y = pitch / 2; y < size + radius; y += pitch, row++) {
    for (let x = row & 1 ? pitch : pitch / 2; x < size + radius; x += pitch) {
      const one = stamp(shape, x, y, radius);
      for (let i = 0; i < area; i++) cover[i] = Math.max(cover[i]!, one[i]!);
    }
  }
  return lay(pixels, colour, cover);
}

export const thingEdits: readonly Edit[] = [
  define<{ colour: Colour; shape: Shape; corner: Corner; radius: number }>({
    name: "sign in a corner",
    family: "thing",
    sample: (random) => ({
      colour: anyColour(random),
      shape: random.pick(shapeNames),
      corner: random.pick(cornerNames),
      radius: random.range(14, 24),
    }),
    phrases: ({ colour, shape, corner }) => [
      `add ${aColour(colour)} ${shape} in the ${corner}`,
      `put ${aColour(colour)} ${shape} into the ${corner} corner`,
      `add a ${shape}`,
    ],
    extra: ({ colour, shape, corner }) => `${colour.name} ${shape} in the ${corner}`,
    apply: ({ pixels }, { colour, shape, corner, radius }) => {
      const [x, y] = corners[corner];
      return lay(pixels, colour.rgb, stamp(shape, x * size, y * size, radius));
    },
  }),
  define<{ colour: Colour; shape: Shape; x: number; y: number; radius: number }>({
    name: "sign somewhere",
    family: "thing",
    sample: (random) => ({
      colour: anyColour(random),
      shape: random.pick(shapeNames),
      x: random.range(0.2, 0.8),
      y: random.range(0.2, 0.8),
      radius: random.range(16, 30),
    }),
    phrases: ({ colour, shape }) => [
      `stamp ${aColour(colour)} ${shape} on it`,
      `add ${aColour(colour)} ${shape}`,
      `add a ${shape} somewhere`,
    ],
    extra: ({ colour, shape }) => `${colour.name} ${shape} on it`,
    apply: ({ pixels }, { colour, shape, x, y, radius }) =>
      lay(pixels, colour.rgb, stamp(shape, x * size, y * size, radius)),
  }),
  define<{ colour: Colour; shape: Shape; pitch: number; radius: number }>({
    name: "scattered signs",
    family: "thing",
    sample: (random) => ({
      colour: anyColour(random),
      shape: random.pick(shapeNames),
      pitch: random.range(26, 42),
      radius: random.range(6, 11),
    }),
    phrases: ({ colour, shape }) => [
      `scatter ${colour.name} ${shape} shapes over it`,
      `cover it with ${colour.name} ${shape} shapes`,
    ],
    extra: ({ colour, shape }) => `${colour.name} ${shape} shapes all over`,
    apply: ({ pixels }, { colour, shape, pitch, radius }) => scattered(pixels, colour.rgb, shape, pitch, radius),
  }),
  define<{ colour: Colour; angle: number; pitch: number; length: number }>({
    name: "rain",
    family: "thing",
    sample: (random) => ({
      colour: anyColour(random, [], ["white", "silver", "sky blue", "grey", "blue", "navy"]),
      angle: random.range(-0.5, 0.5),
      pitch: random.range(9, 15),
      length: random.range(9, 17),
    }),
    phrases: ({ colour }) => ["let it rain", `add ${colour.name} rain`, "make it a rainy day"],
    extra: () => "in the rain",
    apply: ({ pixels }, { colour, angle, pitch, length }) =>
      lay(
        pixels,
        colour.rgb,
        field((x, y) => {
          const u = x + y * angle + 200;
          const column = Math.floor(u / pitch);
          const v = (y + column * 13.7) % (length * 2);
          return u % pitch < 2.2 && v < length ? 0.9 : 0;
        }),
      ),
  }),
  define<{ colour: Colour; height: number; blades: number }>({
    name: "grass in front",
    family: "thing",
    sample: (random) => ({
      colour: anyColour(random, [], ["green", "dark green", "lime", "olive", "mint", "brown", "gold"]),
      height: random.range(18, 36),
      blades: random.range(4, 8),
    }),
    phrases: ({ colour }) => [
      `let ${colour.name} grass grow in front of it`,
      `put it in ${colour.name} grass`,
      "add some grass",
    ],
    extra: ({ colour }) => `behind ${colour.name} grass`,
    apply: ({ pixels }, { colour, height, blades }) => {
      const blade = (x: number, shift: number) =>
        height * (0.55 + 0.45 * Math.abs(Math.sin(((x + shift) / blades) * 1.9)));
      const back = lay(
        pixels,
        dark(colour, 0.7),
        field((x, y) => (size - y < blade(x, 3) * 1.1 ? 1 : 0)),
      );
      return lay(
        back,
        colour.rgb,
        field((x, y) => (size - y < blade(x, 0) * 0.85 ? 1 : 0)),
      );
    },
  }),
  define<{ colour: Colour; level: number; depth: number }>({
    name: "flood",
    family: "thing",
    sample: (random) => ({
      colour: anyColour(random, [], ["blue", "sky blue", "turquoise", "navy", "teal", "green", "purple"]),
      level: random.range(0.55, 0.75),
      depth: random.range(0.55, 0.85),
    }),
    phrases: ({ colour }) => [
      `let it stand in ${colour.name} water`,
      `flood it with ${colour.name} water`,
      "put it in the water",
    ],
    extra: ({ colour }) => `in ${colour.name} water`,
    apply: ({ pixels }, { colour, level, depth }) =>
      lay(
        pixels,
        colour.rgb,
        field((x, y) => {
          const top = level * size + 2.5 * Math.sin(x / 7);
          return y < top ? 0 : y < top + 2.5 ? 0.2 : depth;
        }),
      ),
  }),
  define<{ x: number; radius: number; opacity: number; width: number }>({
    name: "rainbow arc",
    family: "thing",
    sample: (random) => ({
      x: random.range(0.3, 0.7),
      radius: random.range(0.6, 0.85),
      opacity: random.range(0.6, 0.9),
      width: random.range(0.16, 0.26),
    }),
    phrases: () => ["add a rainbow", "put a rainbow over it", "let a rainbow stand over it"],
    extra: () => "with a rainbow",
    apply: ({ pixels }, { x, radius, opacity, width }) => {
      const colours = ["red", "orange", "yellow", "green", "blue", "purple"].map((name) => named(name).rgb);
      return colours.reduce(
        (below, rgb, band) =>
          lay(
            below,
            rgb,
            field((u, v) => {
              const t = (radius - Math.hypot(u / size - x, v / size - 1)) / width;
              return Math.floor(t * 6) === band ? opacity : 0;
            }),
          ),
        pixels,
      );
    },
  }),
  define<{ a: Colour; b: Colour; sag: number }>({
    name: "bunting",
    family: "thing",
    sample: (random) => ({ a: bright(random), b: bright(random), sag: random.range(4, 14) }),
    phrases: ({ a, b }) => [
      `hang ${a.name} and ${b.name} bunting at the top`,
      `decorate it with ${a.name} and ${b.name} flags`,
    ],
    extra: ({ a, b }) => `${a.name} and ${b.name} bunting`,
    apply: ({ pixels }, { a, b, sag }) => {
      const flags = (odd: number) =>
        field((x, y) => {
          const top = 4 + sag * Math.sin((x / size) * Math.PI);
          const u = (x % 18) / 18;
          const depth = (y - top) / 22;
          return (Math.floor(x / 18) & 1) === odd && depth > 0 && depth < 1 - 2 * Math.abs(u - 0.5) ? 1 : 0;
        });
      return lay(lay(pixels, a.rgb, flags(0)), b.rgb, flags(1));
    },
  }),
  define<{ colour: Colour; corner: Corner; width: number; place: number }>({
    name: "ribbon",
    family: "thing",
    sample: (random) => ({
      colour: bright(random),
      corner: random.pick(cornerNames),
      width: random.range(12, 22),
      place: random.range(34, 50),
    }),
    phrases: ({ colour, corner }) => [
      `put ${aColour(colour)} ribbon across the ${corner} corner`,
      `tie ${aColour(colour)} ribbon over the ${corner} corner`,
    ],
    extra: ({ colour, corner }) => `${colour.name} ribbon at the ${corner}`,
    apply: ({ pixels }, { colour, corner, width, place }) =>
      lay(
        pixels,
        colour.rgb,
        field((x, y) => {
          const [u, v] = [corner.endsWith("right") ? size - x : x, corner.startsWith("bottom") ? size - y : y];
          return Math.abs(u + v - place) < width / 1.6 ? 1 : 0;
        }),
      ),
  }),
  define<{ colour: Colour; size: number }>({
    name: "bubbles",
    family: "thing",
    sample: (random) => ({ colour: anyColour(random), size: random.range(0.7, 1.2) }),
    phrases: ({ colour }) => [`let ${colour.name} bubbles rise`, `add ${colour.name} bubbles`],
    extra: ({ colour }) => `${colour.name} bubbles`,
    apply: ({ pixels }, { colour, size: scale }) => {
      const places = [
        [18, 96, 13],
        [44, 108, 8],
        [100, 92, 15],
        [112, 40, 10],
        [16, 34, 10],
        [72, 14, 12],
        [40, 58, 7],
        [86, 60, 8],
      ] as const;
      return places.reduce(
        (below, [x, y, r]) =>
          lay(
            below,
            colour.rgb,
            field((u, v) => {
              const far = Math.hypot(u - x, v - y) - r * scale;
              return Math.abs(far) < 1.8 ? 1 : far < 0 ? 0.45 : 0;
            }),
          ),
        pixels,
      );
    },
  }),
];
