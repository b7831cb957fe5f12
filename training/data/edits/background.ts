import { type Background, checks, dots, gradient, horizon, plain, stripes } from "../backgrounds.ts";
import { aColour, anyColour, type Colour, otherColour } from "../colours.ts";
import type { Random } from "../random.ts";
import { paint } from "../scene.ts";
import { define, type Edit, type Picture } from "./edit.ts";
import { alpha, lay } from "./filters.ts";

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
    sample: (random) => ({ ...two(random), angle: random.pick([0, 0.785, 1.571]) }),
    phrases: ({ a, b, angle }) => {
      const way = angle === 0 ? "left to right" : angle > 1 ? "top to bottom" : "corner to corner";
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
    sample: (random) => ({ ...two(random), width: random.pick([8, 12, 16]), angle: random.pick([0, 0.785, 1.571]) }),
    phrases: ({ a, b, angle }) => {
      const way = angle === 0 ? "vertical" : angle > 1 ? "horizontal" : "diagonal";
      return [
        `put ${way} ${a.name} and ${b.name} stripes behind it`,
        `make the background ${way} ${a.name} and ${b.name} stripes`,
      ];
    },
    setting: (params) => striped(params).words,
    apply: (picture, params) => behind(picture, striped(params)),
  }),
  define<Two & { width: number }>({
    name: "chequered background",
    family: "background",
    sample: (random) => ({ ...two(random), width: random.pick([16, 32]) }),
    phrases: ({ a, b, width }) => {
      const grain = width === 16 ? "small" : "large";
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
    sample: (random) => ({ ...two(random), pitch: random.pick([16, 32]) }),
    phrases: ({ a, b, pitch }) => {
      const grain = pitch === 16 ? "small" : "large";
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
    sample: (random) => ({ ...two(random), height: random.range(0.6, 0.72) }),
    phrases: ({ a, b }) => [
      `put it on ${b.name} ground under ${aColour(a)} sky`,
      `give it ${aColour(a)} sky and ${b.name} ground`,
    ],
    setting: (params) => landscape(params).words,
    apply: (picture, params) => behind(picture, landscape(params)),
  }),
];
