/** Effects of lenses, screens and glass; relief and glow. */
import { aColour, anyColour, type Colour, otherColour } from "../colours.ts";
import { cells } from "../noise.ts";
import { area, size } from "../size.ts";
import { anyAngle, slant } from "./angles.ts";
import { brightness, bytes, canvas, define, type Edit } from "./edit.ts";
import { at, blur, colourEdges, curves, field, lay, plain, ramp, sampled, soft } from "./filters.ts";

export const effectEdits: readonly Edit[] = [
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
      const lighter = lay(plain(colour.rgb), [255, 255, 255], slope);
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
        plain([8, 8, 14]),
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
  define<{ ink: Colour; ground: Colour; level: number }>({
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
