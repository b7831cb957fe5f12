/** Things that are added: to the object, into a corner, over the whole picture. */
import { aColour, anyColour, type Colour, named, type Rgb } from "../colours.ts";
import type { Random } from "../random.ts";
import { area, size } from "../size.ts";
import { define, type Edit, type Picture } from "./edit.ts";
import { field, lay } from "./filters.ts";

type Box = { readonly left: number; readonly top: number; readonly width: number; readonly height: number };

/** Where the object is. */
function boxOf({ mask }: Picture): Box {
  let [left, top, right, bottom] = [size, size, 0, 0];
  for (let i = 0; i < area; i++) {
    if (mask[i]! < 128) continue;
    const [x, y] = [i % size, Math.floor(i / size)];
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
  }
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** Signed distances in pixels, negative inside; (0, 0) is the middle, 1 the half width. */
const shapes = {
  star: (x: number, y: number) => {
    const turn = (Math.atan2(x, -y) / (2 * Math.PI)) * 5;
    const t = Math.abs(turn - Math.round(turn)) * 2;
    return Math.hypot(x, y) - (1 - 0.55 * t ** 0.8);
  },
  heart: (x: number, y: number) => {
    const v = -y * 1.1 + 0.15;
    const u = x * 1.15;
    return (u * u + v * v - 0.62) ** 3 - u * u * v ** 3 * 1.6;
  },
  sun: (x: number, y: number) => Math.hypot(x, y) - (Math.sin(Math.atan2(y, x) * 10) > 0 ? 0.95 : 0.6),
  moon: (x: number, y: number) => Math.max(Math.hypot(x, y) - 0.9, 0.75 - Math.hypot(x - 0.45, y + 0.1)),
  flower: (x: number, y: number) => Math.hypot(x, y) - (0.68 + 0.28 * Math.cos(Math.atan2(y, x) * 5)),
  drop: (x: number, y: number) => Math.hypot(x * (1 + Math.max(0, -y) * 1.3), y * 0.9 - 0.15) - 0.75,
  cloud: (x: number, y: number) =>
    Math.min(Math.hypot(x, y + 0.1) - 0.5, Math.hypot(x - 0.5, y - 0.15) - 0.38, Math.hypot(x + 0.5, y - 0.15) - 0.36),
  diamond: (x: number, y: number) => Math.abs(x) * 1.2 + Math.abs(y) - 0.95,
  ring: (x: number, y: number) => Math.abs(Math.hypot(x, y) - 0.72) - 0.2,
  cross: (x: number, y: number) =>
    Math.max(Math.min(Math.abs(x), Math.abs(y)) - 0.28, Math.max(Math.abs(x), Math.abs(y)) - 0.9),
} as const;
type Shape = keyof typeof shapes;
export const shapeNames = Object.keys(shapes) as Shape[];

/** How much of each pixel a shape of half width `radius` at (x, y) covers. */
export function stamp(shape: Shape, x: number, y: number, radius: number): Float32Array {
  return field((u, v) => {
    if (Math.abs(u - x) > radius * 1.3 || Math.abs(v - y) > radius * 1.3) return 0;
    // Four samples a pixel round off the edges.
    let inside = 0;
    for (const [du, dv] of [
      [-0.25, -0.25],
      [0.25, -0.25],
      [-0.25, 0.25],
      [0.25, 0.25],
    ] as const) {
      if (shapes[shape]((u + du - x) / radius, (v + dv - y) / radius) < 0) inside += 0.25;
    }
    return inside;
  });
}

const corners = {
  "top left": [0.2, 0.2],
  "top right": [0.8, 0.2],
  "bottom left": [0.2, 0.8],
  "bottom right": [0.8, 0.8],
} as const;
type Corner = keyof typeof corners;
const cornerNames = Object.keys(corners) as Corner[];

const inside = (x: number, y: number, at: Box, test: (u: number, v: number) => boolean): number =>
  test((x - at.left) / at.width, (y - at.top) / at.height) ? 1 : 0;
const dark = ({ rgb }: Colour, share: number): Rgb => rgb.map((v) => v * share) as unknown as Rgb;

/** The object's box moved or scaled: parts of its width and height. */
const part = (b: Box, left: number, top: number, width: number, height: number): Box => ({
  left: b.left + left * b.width,
  top: b.top + top * b.height,
  width: width * b.width,
  height: height * b.height,
});

const bright = (random: Random): Colour => anyColour(random, ["black", "charcoal", "grey", "beige", "silver"]);

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
  define<{ colour: Colour; kind: string; size: number }>({
    name: "hat",
    family: "thing",
    needs: "object",
    sample: (random) => ({
      colour: bright(random),
      kind: random.pick(["top hat", "party hat", "cap"]),
      size: random.range(0.75, 1.05),
    }),
    phrases: ({ colour, kind }) => [
      `put ${aColour(colour)} ${kind} on it`,
      `let it wear ${aColour(colour)} ${kind}`,
      "give it a hat",
    ],
    extra: ({ colour, kind }) => `wearing ${aColour(colour)} ${kind}`,
    apply: (picture, { colour, kind, size: scale }) => {
      const b = boxOf(picture);
      const width = Math.max(34, b.width * 0.62) * scale;
      const height = Math.max(30, Math.min(b.height * 0.5, 44)) * scale;
      const hat = {
        left: b.left + b.width / 2 - width / 2,
        top: Math.max(1, b.top + b.height * 0.2 - height),
        width,
        height,
      };
      const body = field((x, y) =>
        inside(x, y, hat, (u, v) =>
          kind === "party hat"
            ? v < 1 && v > 0 && Math.abs(u - 0.5) < 0.5 * v
            : kind === "top hat"
              ? (v > 0 && v < 0.85 && Math.abs(u - 0.5) < 0.31) || (v >= 0.82 && v < 1 && u > 0 && u < 1)
              : (Math.hypot(u - 0.45, (v - 0.85) * 0.8) < 0.42 && v < 0.85) ||
                (v >= 0.75 && v < 0.95 && u > 0.45 && u < 1.08),
        ),
      );
      const band = field((x, y) =>
        inside(x, y, hat, (u, v) =>
          kind === "party hat"
            ? Math.abs(u - 0.5) < 0.5 * v && v < 1 && Math.floor(v * 5) % 2 === 1
            : v > 0.62 && v < 0.76 && Math.abs(u - (kind === "cap" ? 0.45 : 0.5)) < 0.32,
        ),
      );
      return lay(
        lay(picture.pixels, colour.rgb, body),
        kind === "party hat" ? [250, 250, 250] : dark(colour, 0.5),
        band,
      );
    },
  }),
  define<{ colour: Colour; height: number }>({
    name: "sunglasses",
    family: "thing",
    needs: "object",
    sample: (random) => ({
      colour: anyColour(random, [], ["black", "navy", "crimson", "purple", "teal", "dark green", "brown", "magenta"]),
      height: random.range(0.3, 0.4),
    }),
    phrases: ({ colour }) => [
      `put ${colour.name} sunglasses on it`,
      `let it wear ${colour.name} sunglasses`,
      "give it sunglasses",
    ],
    extra: ({ colour }) => `wearing ${colour.name} sunglasses`,
    apply: (picture, { colour, height }) => {
      const at = part(boxOf(picture), 0.14, height - 0.02, 0.72, 0.24);
      const lens = (u: number, v: number, middle: number) =>
        Math.hypot((u - middle) / 0.22, (v - 0.45) / 0.55) < 1 && v > 0.05;
      const rim = field((x, y) =>
        inside(
          x,
          y,
          at,
          (u, v) => lens(u, v, 0.23) || lens(u, v, 0.77) || (Math.abs(v - 0.18) < 0.13 && u > -0.1 && u < 1.1),
        ),
      );
      const glint = field((x, y) =>
        inside(
          x,
          y,
          at,
          (u, v) =>
            Math.hypot((u - 0.18) / 0.06, (v - 0.35) / 0.12) < 1 ||
            Math.hypot((u - 0.72) / 0.06, (v - 0.35) / 0.12) < 1,
        ),
      );
      return lay(lay(picture.pixels, colour.rgb, rim), [235, 240, 245], glint);
    },
  }),
  define<{ colour: Colour; height: number }>({
    name: "bow tie",
    family: "thing",
    needs: "object",
    sample: (random) => ({ colour: bright(random), height: random.range(0.62, 0.78) }),
    phrases: ({ colour }) => [
      `put ${aColour(colour)} bow tie on it`,
      `tie ${aColour(colour)} bow around it`,
      "give it a bow tie",
    ],
    extra: ({ colour }) => `with ${aColour(colour)} bow tie`,
    apply: (picture, { colour, height }) => {
      const at = part(boxOf(picture), 0.22, height - 0.12, 0.56, 0.26);
      const bow = field((x, y) =>
        inside(x, y, at, (u, v) => u > 0 && u < 1 && Math.abs(v - 0.5) < 0.08 + 0.42 * Math.abs(u - 0.5) * 2),
      );
      const knot = field((x, y) => inside(x, y, at, (u, v) => Math.hypot(u - 0.5, (v - 0.5) * 0.5) < 0.12));
      return lay(lay(picture.pixels, colour.rgb, bow), dark(colour, 0.55), knot);
    },
  }),
  define<{ colour: Colour; size: number }>({
    name: "crown",
    family: "thing",
    needs: "object",
    sample: (random) => ({
      colour: anyColour(random, [], ["gold", "silver", "yellow", "red", "sky blue", "pink", "white"]),
      size: random.range(0.8, 1.1),
    }),
    phrases: ({ colour }) => [`put ${aColour(colour)} crown on it`, `crown it in ${colour.name}`, "give it a crown"],
    extra: ({ colour }) => `with ${aColour(colour)} crown`,
    apply: (picture, { colour, size: scale }) => {
      const b = boxOf(picture);
      const width = Math.max(36, b.width * 0.6) * scale;
      const height = Math.max(24, Math.min(b.height * 0.34, 34)) * scale;
      const at = {
        left: b.left + b.width / 2 - width / 2,
        top: Math.max(1, b.top + b.height * 0.16 - height),
        width,
        height,
      };
      const body = field((x, y) =>
        inside(x, y, at, (u, v) => u > 0 && u < 1 && v < 1 && v > 0.6 * Math.abs(((u * 3) % 1) - 0.5) * -2 + 0.62),
      );
      const gems = field((x, y) =>
        inside(x, y, at, (u, v) => Math.hypot((((u * 3) % 1) - 0.5) / 3, (v - 0.78) * 0.6) < 0.06 && u > 0 && u < 1),
      );
      return lay(lay(picture.pixels, colour.rgb, body), [200, 30, 60], gems);
    },
  }),
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
