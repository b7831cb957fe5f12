/** What the object is made of. */

import { nearOrOther } from "../backgrounds.ts";
import { aColour, anyColour, type Colour, otherColour } from "../colours.ts";
import { size } from "../size.ts";
import { type Material, materials, paintTexture } from "../textures.ts";
import { anyAngle, towards } from "./angles.ts";
import { brightness, define, type Edit } from "./edit.ts";
import { alpha, field, lay, ramp } from "./filters.ts";
import { toneMap } from "./grade.ts";

const metals = {
  gold: [
    [60, 34, 0],
    [214, 160, 32],
    [255, 244, 180],
  ],
  silver: [
    [30, 34, 42],
    [150, 158, 170],
    [250, 252, 255],
  ],
  copper: [
    [50, 16, 8],
    [190, 96, 56],
    [255, 214, 180],
  ],
  chocolate: [
    [30, 14, 8],
    [98, 54, 28],
    [190, 140, 100],
  ],
  jade: [
    [4, 40, 28],
    [60, 160, 116],
    [214, 250, 226],
  ],
  ice: [
    [60, 110, 160],
    [170, 214, 240],
    [250, 254, 255],
  ],
} as const;
type Metal = keyof typeof metals;

export const materialEdits: readonly Edit[] = [
  define<{ a: Colour; b: Colour; material: Material; scale: number; seed: number }>({
    name: "object material",
    family: "object",
    needs: "object",
    sample: (random) => {
      const a = anyColour(random);
      return {
        a,
        b: nearOrOther(random, a, []),
        material: random.pick(materials),
        scale: random.range(12, 28),
        seed: 2,
      };
    },
    phrases: ({ a, material }) => [
      `make the object of ${a.name} ${material}`,
      `cover the object with ${a.name} ${material}`,
      `turn the object into ${material}`,
    ],
    extra: ({ a, material }) => `made of ${a.name} ${material}`,
    apply: ({ pixels, mask }, params) => {
      const grey = brightness(pixels);
      const shaded = paintTexture(params).map((v, i) =>
        Math.min(255, v * (0.55 + (0.75 * grey[Math.floor(i / 3)]!) / 255)),
      );
      return lay(pixels, shaded, alpha(mask));
    },
  }),
  define<{ metal: Metal; gain: number }>({
    name: "cast object",
    family: "object",
    needs: "object",
    sample: (random) => ({ metal: random.pick(Object.keys(metals) as Metal[]), gain: random.range(0.85, 1.15) }),
    phrases: ({ metal }) => [
      `make the object of ${metal}`,
      `cast the object in ${metal}`,
      `turn the object into ${metal}`,
    ],
    extra: ({ metal }) => `made of ${metal}`,
    apply: ({ pixels, mask }, { metal, gain }) =>
      lay(
        pixels,
        toneMap(
          pixels.map((v) => Math.min(255, v * gain)),
          metals[metal],
        ),
        alpha(mask),
      ),
  }),
  define<{ a: Colour; b: Colour; pitch: number; radius: number }>({
    name: "dotted object",
    family: "object",
    needs: "object",
    sample: (random) => {
      const a = anyColour(random);
      return { a, b: otherColour(random, a), pitch: random.range(12, 22), radius: random.range(0.25, 0.36) };
    },
    phrases: ({ a, b }) => [
      `fill the object with ${b.name} dots on ${a.name}`,
      `make the object ${a.name} with ${b.name} dots`,
    ],
    extra: ({ a, b }) => `object ${a.name} with ${b.name} dots`,
    apply: ({ pixels, mask }, { a, b, pitch, radius }) => {
      const dots = field((x, y) => pitch * radius + 0.5 - Math.hypot((x % pitch) - pitch / 2, (y % pitch) - pitch / 2));
      const cover = alpha(mask);
      return lay(
        lay(pixels, a.rgb, cover),
        b.rgb,
        dots.map((v, i) => Math.min(1, Math.max(0, v)) * cover[i]!),
      );
    },
  }),
  define<{ a: Colour; b: Colour; angle: number }>({
    name: "fading object",
    family: "object",
    needs: "object",
    sample: (random) => {
      const a = anyColour(random);
      return { a, b: otherColour(random, a), angle: anyAngle(random) };
    },
    phrases: ({ a, b, angle }) => [
      `fill the object with ${a.name} fading to ${b.name} towards the ${towards(angle)}`,
      `let the object fade from ${a.name} to ${b.name}`,
    ],
    extra: ({ a, b }) => `object fading from ${a.name} to ${b.name}`,
    apply: ({ pixels, mask }, { a, b, angle }) => {
      const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
      const fade = ramp(
        field((x, y) => 0.5 + ((x / size - 0.5) * dx + (y / size - 0.5) * dy) * 0.9),
        a.rgb,
        b.rgb,
      );
      return lay(pixels, fade, alpha(mask));
    },
  }),
  define<{ colour: Colour; opacity: number; rim: number }>({
    name: "segmentation",
    family: "segmentation",
    needs: "object",
    sample: (random) => ({
      colour: anyColour(random, [], ["green", "lime", "red", "blue", "magenta", "yellow", "turquoise"]),
      opacity: random.range(0.5, 0.95),
      rim: 1,
    }),
    phrases: ({ colour }) => [
      `segment the object in ${colour.name}`,
      `mark the object in ${colour.name}`,
      "segment the object",
    ],
    extra: ({ colour }) => `object marked in ${colour.name}`,
    apply: ({ pixels, mask }, { colour, opacity }) =>
      lay(
        pixels,
        colour.rgb,
        alpha(mask).map((v) => v * opacity),
      ),
  }),
  define<{ object: Colour; rest: Colour }>({
    name: "mask",
    family: "segmentation",
    needs: "object",
    sample: (random) => {
      const object = anyColour(random);
      return { object, rest: otherColour(random, object) };
    },
    phrases: ({ object, rest }) => [
      `show only its mask, ${object.name} on ${rest.name}`,
      `cut ${aColour(object)} shape of the object on ${rest.name}`,
      "make a mask of the object",
    ],
    extra: ({ object, rest }) => `${object.name} mask on ${rest.name}`,
    apply: ({ mask }, { object, rest }) => ramp(alpha(mask), rest.rgb, object.rgb),
  }),
];
