/** Styles of printing and painting. */
import { aColour, anyColour, type Colour, otherColour, type Rgb } from "../colours.ts";
import { cells, clouds } from "../noise.ts";
import { area, size } from "../size.ts";
import { anyAngle, slant } from "./angles.ts";
import { brightness, bytes, canvas, define, type Edit } from "./edit.ts";
import { blur, colourEdges, curves, eachChannel, field, lay, ramp } from "./filters.ts";

const paper = ["white", "cream", "beige", "peach", "mint", "silver", "lavender", "sky blue"];
const inks = ["black", "navy", "maroon", "brown", "dark green", "indigo", "crimson", "charcoal", "purple", "blue"];
type Print = { ink: Colour; ground: Colour };
const at = (x: number, y: number): number =>
  Math.min(size - 1, Math.max(0, Math.floor(y))) * size + Math.min(size - 1, Math.max(0, Math.floor(x)));

/** Where the darker quarter pixels lie that give an area its tone with lines across `angle`. */
function hatching(grey: Float32Array, pitch: number, angle: number): Float32Array {
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  return field((x, y) => {
    const dark = 1 - grey[at(x, y)]! / 255;
    const u = (((x * dx + y * dy) % pitch) + pitch) % pitch;
    return (dark * pitch) / 2 - Math.abs(u - pitch / 2) + 0.5;
  });
}

/** Kuwahara: of four squares around a pixel, the mean of the evenest. */
function kuwahara(pixels: Uint8Array, radius: number): Uint8Array {
  const side = size + 1;
  const sums = Array.from({ length: 4 }, () => new Float64Array(side * side)); // r, g, b, brightness²
  const grey = brightness(pixels);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const i = y * size + x;
      const values = [pixels[i * 3]!, pixels[i * 3 + 1]!, pixels[i * 3 + 2]!, grey[i]! ** 2];
      for (let k = 0; k < 4; k++) {
        const s = sums[k]!;
        s[(y + 1) * side + x + 1] = values[k]! + s[y * side + x + 1]! + s[(y + 1) * side + x]! - s[y * side + x]!;
      }
    }
  }
  const sum = (k: number, x0: number, y0: number, x1: number, y1: number): number => {
    const s = sums[k]!;
    return s[y1 * side + x1]! - s[y0 * side + x1]! - s[y1 * side + x0]! + s[y0 * side + x0]!;
  };
  const out = canvas();
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let best = Number.POSITIVE_INFINITY;
      for (const [u, v] of [
        [-radius, -radius],
        [0, -radius],
        [-radius, 0],
        [0, 0],
      ] as const) {
        const [x0, y0] = [Math.max(0, x + u), Math.max(0, y + v)];
        const [x1, y1] = [Math.min(size, x + u + radius + 1), Math.min(size, y + v + radius + 1)];
        const n = (x1 - x0) * (y1 - y0);
        const mean = [0, 1, 2].map((k) => sum(k, x0, y0, x1, y1) / n);
        const luma = 0.299 * mean[0]! + 0.587 * mean[1]! + 0.114 * mean[2]!;
        const spread = sum(3, x0, y0, x1, y1) / n - luma ** 2;
        if (spread >= best) continue;
        best = spread;
        for (let c = 0; c < 3; c++) out[(y * size + x) * 3 + c] = mean[c]!;
      }
    }
  }
  return bytes(out);
}

/** The picture's colour at other places: pixel i shows what is at (x[i], y[i]). */
function sampled(pixels: Uint8Array, x: Float32Array, y: Float32Array): Uint8Array {
  const out = new Uint8Array(area * 3);
  for (let i = 0; i < area; i++) {
    const from = at(x[i]!, y[i]!) * 3;
    for (let c = 0; c < 3; c++) out[i * 3 + c] = pixels[from + c]!;
  }
  return out;
}

const soft = (pixels: Uint8Array, radius: number): Uint8Array => eachChannel(pixels, (values) => blur(values, radius));

export const printEdits: readonly Edit[] = [
  define<Print & { pitch: number; angle: number }>({
    name: "woodcut",
    family: "style",
    sample: (random) => ({
      ink: anyColour(random, [], inks),
      ground: anyColour(random, [], paper),
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
      ground: anyColour(random, [], paper),
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
  define<{ radius: number }>({
    name: "oil painting",
    family: "style",
    sample: (random) => ({ radius: random.int(3, 6) }),
    phrases: ({ radius }) => [
      "make it an oil painting",
      `paint it in oil with ${radius > 4 ? "broad" : "fine"} strokes`,
      "turn it into a painting on canvas",
    ],
    extra: () => "oil painting",
    apply: ({ pixels }, { radius }) => {
      const painted = kuwahara(pixels, radius);
      const lit = blur(brightness(painted), 1);
      return painted.map((v, i) => {
        const p = Math.floor(i / 3);
        const relief = lit[p]! - lit[Math.min(area - 1, p + size + 1)]!;
        return Math.min(255, Math.max(0, (v - 128) * 1.15 + 128 + relief * 0.5));
      });
    },
  }),
  define<{ a: Colour; b: Colour; c: Colour; d: Colour }>({
    name: "pop art",
    family: "style",
    sample: (random) => {
      const a = anyColour(random, [], ["navy", "indigo", "maroon", "purple", "black", "dark green", "crimson"]);
      const [b, c] = [otherColour(random, a), anyColour(random)];
      return { a, b, c: otherColour(random, b), d: otherColour(random, c) };
    },
    phrases: ({ a, b, c }) => [
      "make it pop art",
      `make it a pop art print in ${a.name}, ${b.name} and ${c.name}`,
      "print it in four flat loud colours",
    ],
    extra: () => "pop art",
    apply: ({ pixels }, { a, b, c, d }) => {
      const grey = blur(brightness(pixels), 1);
      const stops: readonly Rgb[] = [a.rgb, b.rgb, c.rgb, d.rgb];
      const out = canvas();
      for (let i = 0; i < area; i++) out.set(stops[Math.min(3, Math.floor(grey[i]! / 64))]!, i * 3);
      return bytes(out);
    },
  }),
  define<{ ground: Colour; pitch: number }>({
    name: "pointillism",
    family: "style",
    sample: (random) => ({
      ground: anyColour(random, [], [...paper, "black", "charcoal", "navy"]),
      pitch: random.range(5, 10),
    }),
    phrases: ({ ground }) => [
      `paint it in dots on ${ground.name}`,
      `make it pointillism on ${ground.name} canvas`,
      "paint it in coloured dots",
    ],
    extra: ({ ground }) => `painted in dots on ${ground.name}`,
    apply: ({ pixels }, { ground, pitch }) => {
      const { x, y } = cells(pitch, "dots");
      const dots = sampled(soft(pixels, 1), x, y);
      return lay(
        paintGround(ground.rgb),
        dots,
        field((u, v) => pitch * 0.52 + 0.5 - Math.hypot(u - x[at(u, v)]!, v - y[at(u, v)]!)),
      );
    },
  }),
  define<{ lead: Colour; scale: number; width: number }>({
    name: "stained glass",
    family: "style",
    sample: (random) => ({
      lead: anyColour(random, [], ["black", "charcoal", "white", "gold", "navy", "brown"]),
      scale: random.range(9, 18),
      width: random.range(0.8, 1.6),
    }),
    phrases: ({ lead }) => [
      `make it stained glass with ${lead.name} leads`,
      "turn it into a church window",
      `break it into panes with ${lead.name} lines`,
    ],
    extra: ({ lead }) => `stained glass with ${lead.name} leads`,
    apply: ({ pixels }, { lead, scale, width }) => {
      const { x, y, rim } = cells(scale, "panes");
      return lay(
        sampled(soft(pixels, 2), x, y),
        lead.rgb,
        rim.map((v) => width - v + 0.5),
      );
    },
  }),
  define<{ grout: Colour; pitch: number; gap: number }>({
    name: "tile mosaic",
    family: "style",
    sample: (random) => ({ grout: anyColour(random), pitch: random.range(6, 14), gap: random.range(1, 2.2) }),
    phrases: ({ grout }) => [
      `lay it in tiles with ${grout.name} joints`,
      `make it a mosaic of tiles with ${grout.name} lines between`,
      "make it a mosaic",
    ],
    extra: ({ grout }) => `tiles with ${grout.name} joints`,
    apply: ({ pixels }, { grout, pitch, gap }) => {
      const middle = (v: number) => (Math.floor(v / pitch) + 0.5) * pitch;
      const tiles = sampled(
        soft(pixels, 2),
        field((x) => middle(x)),
        field((_x, y) => middle(y)),
      );
      return lay(
        tiles,
        grout.rgb,
        field((x, y) => (x % pitch < gap || y % pitch < gap ? 1 : 0)),
      );
    },
  }),
  define<{ pitch: number; relief: number }>({
    name: "toy bricks",
    family: "style",
    sample: (random) => ({ pitch: random.range(8, 16), relief: random.range(0.18, 0.35) }),
    phrases: () => ["build it of toy bricks", "make it of plastic bricks", "turn it into a brick model"],
    extra: () => "toy bricks",
    apply: ({ pixels }, { pitch, relief }) => {
      const middle = (v: number) => (Math.floor(v / pitch) + 0.5) * pitch;
      const bricks = sampled(
        soft(pixels, 2),
        field((x) => middle(x)),
        field((_x, y) => middle(y)),
      );
      const lit = field((x, y) => {
        const [u, v] = [x - middle(x), y - middle(y)];
        const far = Math.hypot(u, v) - pitch * 0.3;
        const stud = Math.abs(far) < 1.3 ? ((u + v) / pitch > 0 ? -1 : 1) : 0;
        return Math.max(Math.abs(u), Math.abs(v)) > pitch / 2 - 0.9 ? -0.8 : stud;
      });
      return bricks.map((v, i) =>
        Math.min(255, Math.max(0, v * (1 + relief * lit[Math.floor(i / 3)]!) + 20 * lit[Math.floor(i / 3)]!)),
      );
    },
  }),
  define<{ pitch: number; darkness: number; angle: number; colour: Colour }>({
    name: "scan lines",
    family: "style",
    sample: (random) => ({
      pitch: random.range(4, 9),
      darkness: random.range(0.5, 0.85),
      angle: random.pick([0, 1.571, 0.785, random.range(0, 3.14)]),
      colour: anyColour(random, [], ["black", "navy", "white", "dark green", "purple", "charcoal"]),
    }),
    phrases: ({ angle, colour }) => [
      `show it on an old screen with ${slant(angle)} lines`,
      `add thin ${slant(angle)} ${colour.name} scan lines`,
    ],
    extra: ({ colour }) => `${colour.name} scan lines`,
    apply: ({ pixels }, { pitch, darkness, angle, colour }) => {
      const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
      return lay(
        pixels,
        colour.rgb,
        field((x, y) => darkness * (0.5 + 0.5 * Math.sin(((x * dx + y * dy) * 2 * Math.PI) / pitch))),
      );
    },
  }),
  define<{ dx: number; dy: number }>({
    name: "colour fringes",
    family: "style",
    sample: (random) => ({ dx: random.pick([-1, 1]) * random.int(4, 9), dy: random.int(-4, 4) }),
    phrases: () => ["shift its colours apart", "give it a glitch with red and blue fringes", "make it a misprint"],
    extra: () => "colour fringes",
    apply: ({ pixels }, { dx, dy }) => {
      const out = Uint8Array.from(pixels);
      for (let i = 0; i < area; i++) {
        const [x, y] = [i % size, Math.floor(i / size)];
        out[i * 3] = pixels[at(x - dx, y - dy) * 3]!;
        out[i * 3 + 2] = pixels[at(x + dx, y + dy) * 3 + 2]!;
      }
      return out;
    },
  }),
  define<{ strength: number; angle: number; colour: Colour }>({
    name: "carved relief",
    family: "style",
    sample: (random) => ({
      strength: random.range(1.6, 3),
      angle: anyAngle(random),
      colour: anyColour(random, ["black", "charcoal", "white"]),
    }),
    phrases: ({ colour }) => [`carve it into ${colour.name} stone`, `make it ${aColour(colour)} relief`],
    extra: ({ colour }) => `relief in ${colour.name}`,
    apply: ({ pixels }, { strength, angle, colour }) => {
      const height = blur(brightness(pixels), 1);
      const [dx, dy] = [Math.cos(angle) * 2, Math.sin(angle) * 2];
      const slope = field((x, y) => ((height[at(x + dx, y + dy)]! - height[at(x - dx, y - dy)]!) * strength) / 255);
      const lighter = lay(paintGround(colour.rgb), [255, 255, 255], slope);
      return lay(
        lighter,
        [0, 0, 0],
        slope.map((v) => -v),
      );
    },
  }),
  define<{ strength: number }>({
    name: "coloured neon",
    family: "style",
    sample: (random) => ({ strength: random.range(4, 7) }),
    phrases: () => ["let its edges glow in their own colours", "make it neon on black", "turn it into glowing edges"],
    extra: () => "glowing edges on black",
    apply: ({ pixels }, { strength }) => {
      const lines = colourEdges(pixels);
      const glow = blur(lines, 2);
      const vivid = curves(soft(pixels, 2), (v) => v * 1.1 + 40);
      return lay(
        paintGround([8, 8, 14]),
        vivid,
        lines.map((v, i) => (v * 0.5 + glow[i]!) * strength * 0.6),
      );
    },
  }),
  define<{ angle: number; length: number }>({
    name: "motion blur",
    family: "style",
    sample: (random) => ({ angle: anyAngle(random), length: random.int(9, 20) }),
    phrases: ({ angle }) => [
      `blur it ${slant(angle + Math.PI / 2) === "vertical" ? "up and down" : slant(angle + Math.PI / 2) === "horizontal" ? "sideways" : "along the diagonal"}`,
      "let it rush past",
      "add motion blur",
    ],
    extra: () => "motion blur",
    apply: ({ pixels }, { angle, length }) => {
      const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
      const out = canvas();
      for (let i = 0; i < area; i++) {
        const [x, y] = [i % size, Math.floor(i / size)];
        for (let c = 0; c < 3; c++) {
          let sum = 0;
          for (let k = -length; k <= length; k += 2) sum += pixels[at(x + dx * k, y + dy * k) * 3 + c]!;
          out[i * 3 + c] = sum / (length + 1);
        }
      }
      return bytes(out);
    },
  }),
  define<{ radius: number; amount: number }>({
    name: "soft glow",
    family: "style",
    sample: (random) => ({ radius: random.int(3, 6), amount: random.range(0.6, 0.95) }),
    phrases: () => ["give it a dreamy glow", "make it soft and dreamy", "let the light parts glow"],
    extra: () => "dreamy glow",
    apply: ({ pixels }, { radius, amount }) => {
      const glow = soft(pixels, radius);
      return pixels.map((v, i) => 255 - ((255 - v) * (255 - glow[i]! * amount)) / 255);
    },
  }),
  define<{ radius: number; amount: number }>({
    name: "local contrast",
    family: "style",
    sample: (random) => ({ radius: random.int(3, 7), amount: random.range(1.2, 2.2) }),
    phrases: () => ["make every detail stand out", "sharpen it very strongly", "give it harsh local contrast"],
    extra: () => "harsh details",
    apply: ({ pixels }, { radius, amount }) => {
      const low = soft(pixels, radius);
      return pixels.map((v, i) => Math.min(255, Math.max(0, v + amount * (v - low[i]!))));
    },
  }),
  define<Print & { level: number }>({
    name: "stencil",
    family: "style",
    sample: (random) => {
      const ink = anyColour(random);
      return { ink, ground: otherColour(random, ink), level: random.int(95, 160) };
    },
    phrases: ({ ink, ground }) => [
      `spray it as ${aColour(ink)} stencil on ${ground.name}`,
      `use only ${ink.name} and ${ground.name}, without shades`,
    ],
    extra: ({ ink, ground }) => `${ink.name} stencil on ${ground.name}`,
    apply: ({ pixels }, { ink, ground, level }) =>
      ramp(
        blur(brightness(pixels), 1).map((v) => (level - v) / 12 + 0.5),
        ground.rgb,
        ink.rgb,
      ),
  }),
  define<{ scale: number; seed: number }>({
    name: "frosted glass",
    family: "style",
    sample: (random) => ({ scale: random.range(4, 9), seed: 1 }),
    phrases: () => ["put it behind frosted glass", "look at it through rough glass"],
    extra: () => "behind frosted glass",
    apply: ({ pixels }, { scale }) => {
      const { x, y } = cells(scale, "frost");
      return soft(sampled(pixels, x, y), 1);
    },
  }),
];

function paintGround(rgb: Rgb): Uint8Array {
  const out = new Uint8Array(area * 3);
  for (let i = 0; i < area; i++) out.set(rgb, i * 3);
  return out;
}
