import { type Background, checks, dots, gradient, horizon, nearOrOther, plain, stripes } from "../backgrounds.ts";
import { aColour, anyColour, type Colour, otherColour } from "../colours.ts";
import type { Random } from "../random.ts";
import { paint } from "../scene.ts";
import { size } from "../size.ts";
import { type Material, materials, paintTexture } from "../textures.ts";
import { anyAngle, slant, towards } from "./angles.ts";
import { degree, thickness } from "./degrees.ts";
import { define, type Edit, type Picture } from "./edit.ts";
import { alpha, blur, eachChannel, field, lay } from "./filters.ts";

/** Salmon is kept for the evaluation. */
const except = ["salmon"];
type Two = { a: Colour; b: Colour };

function two(random: Random): Two {
  const a = anyColour(random, except);
  return { a, b: otherColour(random, a, except) };
}

/** The object in front of another background. */
export function behind({ pixels, mask }: Picture, background: Background): Uint8Array {
  return lay(paint(background), pixels, alpha(mask));
}

const plainBackground = ({ colour }: { colour: Colour }) => plain(colour);
const fading = ({ a, b, angle }: Two & { angle: number }) => gradient(a, b, angle);
const striped = ({ a, b, width, angle }: Two & { width: number; angle: number }) => stripes(a, b, width, angle);
const chequered = ({ a, b, width }: Two & { width: number }) => checks(a, b, width);
const dotted = ({ a, b, pitch }: Two & { pitch: number }) => dots(a, b, pitch, pitch * 0.3);
const landscape = ({ a, b, height }: Two & { height: number }) => horizon(a, b, height);

export const backgroundEdits: readonly Edit[] = [
  define<{ colour: Colour }>({
    name: "plain background",
    family: "background",
    needs: "object",
    sample: (random) => ({ colour: anyColour(random, except) }),
    phrases: ({ colour }) => [
      `give it ${aColour(colour)} background`,
      `make the background ${colour.name}`,
      `put it on ${aColour(colour)} background`,
    ],
    setting: (params) => plainBackground(params).words,
    apply: (picture, params) => behind(picture, plainBackground(params)),
  }),
  define<Two & { angle: number }>({
    name: "gradient background",
    family: "background",
    needs: "object",
    sample: (random) => ({ ...two(random), angle: anyAngle(random) }),
    phrases: ({ a, b, angle }) => {
      const way = `towards the ${towards(angle)}`;
      return [
        `make the background fade from ${a.name} to ${b.name}, ${way}`,
        `give it a background fading from ${a.name} to ${b.name}, ${way}`,
      ];
    },
    setting: (params) => fading(params).words,
    apply: (picture, params) => behind(picture, fading(params)),
  }),
  define<Two & { width: number; angle: number }>({
    name: "striped background",
    family: "background",
    needs: "object",
    sample: (random) => ({ ...two(random), width: random.range(8, 20), angle: anyAngle(random) }),
    phrases: ({ a, b, width, angle }) => {
      const [thick, way] = [degree(width, 8, 20, thickness), slant(angle)];
      return [
        `put ${thick} ${way} ${a.name} and ${b.name} stripes behind it`,
        `make the background ${way} ${a.name} and ${b.name} stripes`,
      ];
    },
    setting: (params) => striped(params).words,
    apply: (picture, params) => behind(picture, striped(params)),
  }),
  define<Two & { width: number }>({
    name: "chequered background",
    family: "background",
    needs: "object",
    sample: (random) => ({ ...two(random), width: random.range(12, 34) }),
    phrases: ({ a, b, width }) => {
      const grain = width < 22 ? "small" : "large";
      return [
        `put ${a.name} and ${b.name} ${grain} checks behind it`,
        `give it ${aColour(a)} and ${b.name} checkerboard background with ${grain} squares`,
      ];
    },
    setting: (params) => chequered(params).words,
    apply: (picture, params) => behind(picture, chequered(params)),
  }),
  define<Two & { pitch: number }>({
    name: "dotted background",
    family: "background",
    needs: "object",
    sample: (random) => ({ ...two(random), pitch: random.range(14, 34) }),
    phrases: ({ a, b, pitch }) => {
      const grain = pitch < 23 ? "small" : "large";
      return [
        `put it on ${a.name} with ${grain} ${b.name} dots`,
        `give it ${aColour(a)} background with ${grain} ${b.name} dots`,
      ];
    },
    setting: (params) => dotted(params).words,
    apply: (picture, params) => behind(picture, dotted(params)),
  }),
  define<Two & { height: number }>({
    name: "landscape background",
    family: "background",
    needs: "object",
    sample: (random) => ({ ...two(random), height: random.range(0.6, 0.72) }),
    phrases: ({ a, b }) => [
      `put it on ${b.name} ground under ${aColour(a)} sky`,
      `give it ${aColour(a)} sky and ${b.name} ground`,
    ],
    setting: (params) => landscape(params).words,
    apply: (picture, params) => behind(picture, landscape(params)),
  }),
  define<Two & { material: Material; scale: number; seed: number }>({
    name: "background material",
    family: "background",
    needs: "object",
    sample: (random) => {
      const a = anyColour(random, except);
      return {
        a,
        b: nearOrOther(random, a, except),
        material: random.pick(materials),
        scale: random.range(14, 34),
        seed: 1,
      };
    },
    phrases: ({ a, material }) => [
      `put it in front of ${a.name} ${material}`,
      `make the background ${a.name} ${material}`,
    ],
    setting: ({ a, material }) => `on ${a.name} ${material}`,
    apply: ({ pixels, mask }, params) => lay(paintTexture(params), pixels, alpha(mask)),
  }),
  define<Two & { rays: number; turn: number }>({
    name: "sunburst background",
    family: "background",
    needs: "object",
    sample: (random) => ({ ...two(random), rays: random.int(7, 14), turn: random.range(0, 1) }),
    phrases: ({ a, b }) => [
      `put ${aColour(a)} and ${b.name} sunburst behind it`,
      `let ${a.name} and ${b.name} rays burst out behind it`,
    ],
    setting: ({ a, b }) => `on ${aColour(a)} and ${b.name} sunburst`,
    apply: (picture, { a, b, rays, turn }) =>
      behind(picture, {
        words: "",
        colourAt: (x, y) =>
          Math.floor((Math.atan2(y - size / 2, x - size / 2) / Math.PI + turn + 2) * rays) & 1 ? a.rgb : b.rgb,
      }),
  }),
  define<Two & { x: number; y: number; radius: number }>({
    name: "round gradient background",
    family: "background",
    needs: "object",
    sample: (random) => ({
      ...two(random),
      x: random.range(0.25, 0.75),
      y: random.range(0.25, 0.75),
      radius: random.range(0.5, 0.9),
    }),
    phrases: ({ a, b }) => [
      `let the background glow ${a.name} on ${b.name}`,
      `put ${aColour(a)} glow on ${b.name} behind it`,
    ],
    setting: ({ a, b }) => `on ${aColour(a)} glow on ${b.name}`,
    apply: ({ pixels, mask }, { a, b, x, y, radius }) => {
      const glow = field((u, v) => Math.max(0, 1 - Math.hypot(u / size - x, v / size - y) / radius));
      return lay(lay(paint(plain(b)), a.rgb, glow), pixels, alpha(mask));
    },
  }),
  define<Two & { angle: number; shift: number }>({
    name: "two part background",
    family: "background",
    needs: "object",
    sample: (random) => ({ ...two(random), angle: anyAngle(random), shift: random.range(-16, 16) }),
    phrases: ({ a, b, angle }) => [
      `make the background ${a.name} on the ${towards(angle)} and ${b.name} on the other side`,
      `split the background into ${a.name} and ${b.name}`,
    ],
    setting: ({ a, b }) => `on a ground half ${a.name}, half ${b.name}`,
    apply: (picture, { a, b, angle, shift }) =>
      behind(picture, {
        words: "",
        colourAt: (x, y) =>
          (x - size / 2) * Math.cos(angle) + (y - size / 2) * Math.sin(angle) > shift ? a.rgb : b.rgb,
      }),
  }),
  define<{ radius: number }>({
    name: "blurred background",
    family: "background",
    needs: "object",
    sample: (random) => ({ radius: random.int(5, 10) }),
    phrases: () => ["blur the background", "put the background out of focus"],
    setting: () => "on a blurred background",
    // What is spread must not carry the object's own colours.
    apply: ({ pixels, mask }, { radius }) => {
      const weight = blur(
        alpha(mask).map((v) => 1 - v),
        radius,
      );
      const spread = eachChannel(pixels, (values) => {
        const sum = blur(
          values.map((v, i) => v * (1 - mask[i]! / 255)),
          radius,
        );
        return sum.map((v, i) => v / Math.max(0.02, weight[i]!));
      });
      return lay(spread, pixels, alpha(mask));
    },
  }),
];
