import { aColour, anyColour, type Colour, otherColour } from "../colours.ts";
import { area, size } from "../size.ts";
import { brightness, define, type Edit } from "./edit.ts";
import { blur, colourEdges, eachChannel, edges, field, lay, ramp } from "./filters.ts";

const paper = ["white", "cream", "beige", "peach", "mint", "silver"];
const inks = ["black", "navy", "maroon", "brown", "dark green", "indigo", "crimson", "charcoal"];

function mosaic(values: Float32Array, block: number): Float32Array {
  const out = new Float32Array(area);
  for (let y = 0; y < size; y += block) {
    for (let x = 0; x < size; x += block) {
      const [right, bottom] = [Math.min(size, x + block), Math.min(size, y + block)];
      let sum = 0;
      for (let v = y; v < bottom; v++) for (let u = x; u < right; u++) sum += values[v * size + u]!;
      for (let v = y; v < bottom; v++) out.fill(sum / ((right - x) * (bottom - y)), v * size + x, v * size + right);
    }
  }
  return out;
}

export const styleEdits: readonly Edit[] = [
  define<{ ink: Colour; ground: Colour; strength: number }>({
    name: "sketch",
    family: "style",
    sample: (random) => ({
      ink: anyColour(random, [], inks),
      ground: anyColour(random, [], paper),
      strength: random.range(2.2, 3.2),
    }),
    phrases: ({ ink, ground }) => [
      `make it ${aColour(ink)} pencil sketch on ${ground.name} paper`,
      `draw it in ${ink.name} pencil on ${ground.name} paper`,
    ],
    extra: ({ ink, ground }) => `${ink.name} pencil sketch on ${ground.name} paper`,
    apply: ({ pixels }, { ink, ground, strength }) => {
      const lines = colourEdges(pixels);
      const grey = brightness(pixels);
      return ramp(
        lines.map((v, i) => v * strength + (1 - grey[i]! / 255) * 0.25),
        ground.rgb,
        ink.rgb,
      );
    },
  }),
  define<{ colour: Colour; strength: number }>({
    name: "ink lines",
    family: "style",
    sample: (random) => ({
      colour: anyColour(random, [], ["black", "white", "navy", "gold"]),
      strength: random.range(4, 6),
    }),
    phrases: ({ colour }) => [`trace every edge in thick ${colour.name} ink`, `add bold ${colour.name} comic lines`],
    extra: ({ colour }) => `bold ${colour.name} lines`,
    apply: ({ pixels }, { colour, strength }) =>
      lay(
        pixels,
        colour.rgb,
        blur(colourEdges(pixels), 1).map((v) => v * strength - 0.2),
      ),
  }),
  define<{ block: number }>({
    name: "pixels",
    family: "style",
    sample: (random) => ({ block: random.int(6, 18) }),
    phrases: ({ block }) => {
      const grain = block < 12 ? "small" : "large";
      return [`make it a mosaic of ${grain} squares`, `turn it into pixel art with ${grain} pixels`];
    },
    extra: ({ block }) => `mosaic of ${block < 12 ? "small" : "large"} squares`,
    apply: ({ pixels }, { block }) => eachChannel(pixels, (values) => mosaic(values, block)),
  }),
  define<{ ink: Colour; ground: Colour; pitch: number }>({
    name: "halftone",
    family: "style",
    sample: (random) => {
      const ink = anyColour(random, [], inks);
      return { ink, ground: otherColour(random, ink, inks), pitch: random.range(7, 12) };
    },
    phrases: ({ ink, ground }) => [
      `print it with ${ink.name} halftone dots on ${ground.name}`,
      `make it a newspaper print of ${ink.name} dots on ${ground.name} paper`,
    ],
    extra: ({ ink, ground }) => `${ink.name} halftone dots on ${ground.name}`,
    apply: ({ pixels }, { ink, ground, pitch }) => {
      const grey = blur(brightness(pixels), 2);
      const cover = field((x, y) => {
        const radius = Math.sqrt(1 - grey[Math.floor(y) * size + Math.floor(x)]! / 255) * pitch * 0.62;
        return radius - Math.hypot((x % pitch) - pitch / 2, (y % pitch) - pitch / 2) + 0.5;
      });
      return ramp(cover, ground.rgb, ink.rgb);
    },
  }),
  define<{ radius: number }>({
    name: "blur",
    family: "style",
    sample: (random) => ({ radius: random.int(5, 8) }),
    phrases: () => ["blur it", "make it very blurry", "put it out of focus"],
    extra: () => "blurred",
    apply: ({ pixels }, { radius }) => eachChannel(pixels, (values) => blur(values, radius)),
  }),
  define<{ radius: number; levels: number }>({
    name: "watercolour",
    family: "style",
    sample: (random) => ({ radius: random.int(2, 3), levels: random.int(3, 4) }),
    phrases: () => ["paint it in watercolour", "make it a watercolour painting", "turn it into a soft watercolour"],
    extra: () => "watercolour painting",
    // Washed out towards the paper, smooth, in a few steps of tone, paint gathering at the edges of the steps.
    apply: ({ pixels }, { radius, levels }) => {
      const tone = eachChannel(pixels, (values) =>
        blur(values, radius).map((v) => (Math.round((v / 255) * levels) / levels) * 255),
      );
      const rim = edges(brightness(tone));
      return lay(
        lay(tone, [252, 248, 238], new Float32Array(area).fill(0.5)),
        tone,
        rim.map((v) => v * 3),
      );
    },
  }),
  define<{ colour: Colour; strength: number }>({
    name: "neon",
    family: "style",
    sample: (random) => ({
      colour: anyColour(random, [], ["magenta", "lime", "turquoise", "orange", "yellow", "sky blue", "red", "pink"]),
      strength: random.range(5, 7),
    }),
    phrases: ({ colour }) => [`make it ${colour.name} neon lights`, `draw it as a glowing ${colour.name} neon sign`],
    extra: ({ colour }) => `${colour.name} neon sign`,
    apply: ({ pixels }, { colour, strength }) => {
      const lines = colourEdges(pixels);
      const glow = blur(lines, 2);
      return ramp(
        lines.map((v, i) => (v * 0.5 + glow[i]!) * strength * 0.6),
        [10, 8, 22],
        colour.rgb,
      );
    },
  }),
];
