import { plain } from "../backgrounds.ts";
import { type Colour, named } from "../colours.ts";
import { area, size } from "../size.ts";
import { behind } from "./background.ts";
import { brightness, bytes, canvas, define, type Edit } from "./edit.ts";
import { alpha, blur, curves, field, lay, matrix, ramp } from "./filters.ts";
import { framed } from "./frame.ts";

const luma = [0.299, 0.587, 0.114];
const greyscale = [...luma, ...luma, ...luma];

/** The nearest words that training knows, for kinds that are held out by seed. */
const words: Readonly<Record<string, string>> = {
  "line drawing": "draw it in black pencil on white paper",
  "tile mosaic": "make it a mosaic of small squares",
  "colour fringes": "add motion blur",
  stencil: "turn it into a stencil",
  "rainbow arc": "wash it in rainbow colours",
  ribbon: "put a red frame around it",
  bubbles: "add a few white dots in rows over it",
  "oval crop": "round the corners off strongly in white",
};

export function nearest(name: string): () => string {
  const found = words[name];
  if (found === undefined) throw new RangeError(`held-out edit: there are no nearest words for "${name}"`);
  return () => found;
}

/** Edits that no version was trained on: not as kinds, not as colours, not as compositions. */
export const alwaysHeldOut: readonly Edit[] = [
  define<{ colour: Colour; width: number }>({
    name: "teal frame",
    family: "frame",
    sample: (random) => ({ colour: named("teal"), width: random.int(8, 13) }),
    phrases: () => ["put a teal frame around it"],
    extra: () => "teal frame",
    nearestWords: () => "put a turquoise frame around it",
    apply: ({ pixels }, { colour, width }) => framed(pixels, colour.rgb, width),
  }),
  define<{ colour: Colour }>({
    name: "salmon background",
    family: "background",
    sample: () => ({ colour: named("salmon") }),
    phrases: () => ["give it a salmon background"],
    setting: () => "on a salmon background",
    nearestWords: () => "give it a coral background",
    apply: (picture, { colour }) => behind(picture, plain(colour)),
  }),
  define<{ order: readonly number[] }>({
    name: "channel swap",
    family: "colour",
    sample: () => ({ order: [2, 0, 1] }),
    phrases: () => ["swap the colour channels"],
    extra: () => "swapped colour channels",
    nearestWords: () => "shift the hues by a third",
    apply: ({ pixels }, { order }) => {
      const out = new Uint8Array(area * 3);
      for (let i = 0; i < area * 3; i++) out[i] = pixels[i - (i % 3) + order[i % 3]!]!;
      return out;
    },
  }),
  define<{ colour: Colour; width: number }>({
    name: "grey in a navy frame",
    family: "composition",
    sample: (random) => ({ colour: named("navy"), width: random.int(8, 13) }),
    phrases: () => ["make it greyscale and put a navy frame around it"],
    extra: () => "greyscale, navy frame",
    nearestWords: () => "make it greyscale",
    apply: ({ pixels }, { colour, width }) => framed(matrix(pixels, greyscale), colour.rgb, width),
  }),
  define<{ strength: number }>({
    name: "emboss",
    family: "style",
    sample: (random) => ({ strength: random.range(1, 1.6) }),
    phrases: () => ["emboss it"],
    extra: () => "embossed",
    nearestWords: () => "draw it in charcoal pencil on silver paper",
    apply: ({ pixels }, { strength }) => {
      const grey = brightness(pixels);
      const relief = field((x, y) => {
        const at = (u: number, v: number) =>
          grey[Math.min(127, Math.max(0, v)) * size + Math.min(127, Math.max(0, u))]!;
        const [u, v] = [Math.floor(x), Math.floor(y)];
        return 0.5 + ((at(u + 1, v + 1) - at(u - 1, v - 1)) * strength) / 255;
      });
      return ramp(relief, [0, 0, 0], [255, 255, 255]);
    },
  }),
  define<{ level: number }>({
    name: "solarize",
    family: "colour",
    sample: (random) => ({ level: random.int(110, 145) }),
    phrases: () => ["solarize it"],
    extra: () => "solarized",
    nearestWords: () => "invert the colours",
    apply: ({ pixels }, { level }) => curves(pixels, (v) => (v < level ? v : 255 - v)),
  }),
  define<{ colour: Colour; radius: number }>({
    name: "circular crop",
    family: "crop",
    sample: (random) => ({ colour: named("white"), radius: random.int(52, 60) }),
    phrases: () => ["show it in a circle on white"],
    extra: () => "circular crop on white",
    nearestWords: () => "round the corners off strongly in white",
    apply: ({ pixels }, { colour, radius }) =>
      lay(
        pixels,
        colour.rgb,
        field((x, y) => Math.hypot(x - size / 2, y - size / 2) - radius + 0.5),
      ),
  }),
  define<{ spread: number }>({
    name: "thermal camera",
    family: "colour",
    sample: (random) => ({ spread: random.range(0.95, 1.1) }),
    phrases: () => ["show it through a thermal camera"],
    extra: () => "thermal picture",
    nearestWords: () => "print it in indigo and yellow",
    apply: ({ pixels }, { spread }) => {
      const stops = [named("indigo").rgb, named("magenta").rgb, named("orange").rgb, [255, 255, 200]] as const;
      const grey = brightness(pixels);
      const out = canvas();
      for (let i = 0; i < area; i++) {
        const t = Math.min(2.999, (grey[i]! / 255) * 3 * spread);
        const [from, to] = [stops[Math.floor(t)]!, stops[Math.floor(t) + 1]!];
        for (let c = 0; c < 3; c++) out[i * 3 + c] = from[c]! + (to[c]! - from[c]!) * (t % 1);
      }
      return bytes(out);
    },
  }),
  define<{ radius: number }>({
    name: "halo",
    family: "object",
    sample: (random) => ({ radius: random.int(5, 7) }),
    phrases: () => ["give the object a glowing halo"],
    extra: () => "with a glowing halo",
    nearestWords: () => "outline the object in cream",
    apply: ({ pixels, mask }, { radius }) => {
      const glow = blur(alpha(mask), radius);
      return lay(
        pixels,
        [255, 250, 200],
        glow.map((v, i) => 2.2 * v * (1 - mask[i]! / 255)),
      );
    },
  }),
];
