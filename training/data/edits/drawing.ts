/** Styles of drawing, in lines of one colour or few. */
import { aColour, anyColour, type Colour, otherColour } from "../colours.ts";
import { clouds } from "../noise.ts";
import { anyAngle } from "./angles.ts";
import { brightness, define, type Edit } from "./edit.ts";
import { at, blur, colourEdges, curves, field, lay, ramp, soft } from "./filters.ts";
import { papers } from "./shades.ts";

const inks = ["black", "navy", "maroon", "brown", "dark green", "indigo", "crimson", "charcoal", "purple", "blue"];
type Print = { ink: Colour; ground: Colour };

/** Where the darker quarter pixels lie that give an area its tone with lines across `angle`. */
function hatching(grey: Float32Array, pitch: number, angle: number): Float32Array {
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  return field((x, y) => {
    const dark = 1 - grey[at(x, y)]! / 255;
    const u = (((x * dx + y * dy) % pitch) + pitch) % pitch;
    return (dark * pitch) / 2 - Math.abs(u - pitch / 2) + 0.5;
  });
}

export const drawingEdits: readonly Edit[] = [
  define<Print & { pitch: number; angle: number }>({
    name: "woodcut",
    family: "style",
    sample: (random) => ({
      ink: anyColour(random, [], inks),
      ground: anyColour(random, [], papers),
      pitch: random.range(5, 9),
      angle: anyAngle(random),
    }),
    phrases: ({ ink, ground }) => [
      `make it ${aColour(ink)} woodcut on ${ground.name}`,
      `cut it in wood and print it in ${ink.name} on ${ground.name}`,
      "make it a woodcut",
    ],
    extra: ({ ink, ground }) => `${ink.name} woodcut on ${ground.name}`,
    apply: ({ pixels }, { ink, ground, pitch, angle }) => {
      const lines = hatching(blur(brightness(pixels), 1), pitch, angle);
      const rim = colourEdges(pixels);
      return ramp(
        lines.map((v, i) => Math.max(v, rim[i]! * 5 - 0.4)),
        ground.rgb,
        ink.rgb,
      );
    },
  }),
  define<Print & { pitch: number }>({
    name: "cross hatching",
    family: "style",
    sample: (random) => ({
      ink: anyColour(random, [], inks),
      ground: anyColour(random, [], papers),
      pitch: random.range(5, 8),
    }),
    phrases: ({ ink, ground }) => [
      `draw it in ${ink.name} cross hatching on ${ground.name}`,
      `hatch it in ${ink.name} on ${ground.name} paper`,
    ],
    extra: ({ ink, ground }) => `${ink.name} cross hatching on ${ground.name}`,
    apply: ({ pixels }, { ink, ground, pitch }) => {
      const grey = blur(brightness(pixels), 1);
      const once = hatching(
        grey.map((v) => v * 0.8 + 51),
        pitch,
        0.785,
      );
      const twice = hatching(
        grey.map((v) => v * 1.1 + 60),
        pitch,
        2.356,
      );
      const rim = colourEdges(pixels);
      return ramp(
        once.map((v, i) => Math.max(v, twice[i]!, rim[i]! * 4 - 0.3)),
        ground.rgb,
        ink.rgb,
      );
    },
  }),
  define<Print & { width: number; strength: number }>({
    name: "line drawing",
    family: "style",
    sample: (random) => {
      const ink = anyColour(random);
      return { ink, ground: otherColour(random, ink), width: random.int(0, 1), strength: random.range(4, 7) };
    },
    phrases: ({ ink, ground }) => [
      `draw it in ${ink.name} ink on ${ground.name}`,
      `make it ${aColour(ink)} line drawing on ${ground.name}`,
      "draw it in ink",
    ],
    extra: ({ ink, ground }) => `${ink.name} ink on ${ground.name}`,
    apply: ({ pixels }, { ink, ground, width, strength }) => {
      const lines = colourEdges(pixels);
      return ramp(
        (width ? blur(lines, width) : lines).map((v) => v * strength - 0.25),
        ground.rgb,
        ink.rgb,
      );
    },
  }),
  define<{ levels: number; strength: number; saturation: number }>({
    name: "comic",
    family: "style",
    sample: (random) => ({
      levels: random.int(3, 5),
      strength: random.range(4, 7),
      saturation: random.range(1.1, 1.7),
    }),
    phrases: () => ["make it a comic", "turn it into a comic strip picture", "draw it as a cartoon with black lines"],
    extra: () => "comic",
    apply: ({ pixels }, { levels, strength, saturation }) => {
      const grey = brightness(pixels);
      const vivid = pixels.map((v, i) =>
        Math.min(255, Math.max(0, grey[Math.floor(i / 3)]! + (v - grey[Math.floor(i / 3)]!) * saturation)),
      );
      const flat = curves(vivid, (v) => (Math.round((v / 255) * (levels - 1)) / (levels - 1)) * 255);
      return lay(
        flat,
        [12, 12, 14],
        colourEdges(soft(pixels, 1)).map((v) => v * strength - 0.4),
      );
    },
  }),
  define<{ strength: number; grain: number }>({
    name: "charcoal",
    family: "style",
    sample: (random) => ({ strength: random.range(2.5, 4.5), grain: random.range(0.15, 0.35) }),
    phrases: () => ["draw it in charcoal", "make it a charcoal drawing", "rub it in charcoal on rough paper"],
    extra: () => "charcoal drawing",
    apply: ({ pixels }, { strength, grain }) => {
      const lines = blur(colourEdges(pixels), 1);
      const grey = brightness(pixels);
      const rough = clouds(4, "charcoal");
      return ramp(
        lines.map((v, i) => v * strength + (1 - grey[i]! / 255) * 0.55 + (rough[i]! - 0.5) * grain * 2),
        [244, 240, 232],
        [36, 34, 36],
      );
    },
  }),
];
