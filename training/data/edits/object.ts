import { aColour, anyColour, type Colour, otherColour } from "../colours.ts";
import { area, size } from "../size.ts";
import { brightness, define, type Edit } from "./edit.ts";
import { alpha, blur, grow, lay, ramp } from "./filters.ts";

export const objectEdits: readonly Edit[] = [
  define<{ colour: Colour; width: number }>({
    name: "outline",
    family: "object",
    needs: "object",
    sample: (random) => ({ colour: anyColour(random), width: random.int(5, 8) }),
    phrases: ({ colour }) => [
      `put a thick ${colour.name} outline around the object`,
      `make it a sticker with ${aColour(colour)} border`,
      `outline the object in ${colour.name}`,
    ],
    extra: ({ colour }) => `outlined in ${colour.name}`,
    apply: ({ pixels, mask }, { colour, width }) => {
      const cover = grow(mask, width);
      for (let i = 0; i < area; i++) cover[i] = cover[i]! * (1 - mask[i]! / 255);
      return lay(pixels, colour.rgb, cover);
    },
  }),
  define<{ offset: number; softness: number }>({
    name: "shadow",
    family: "object",
    needs: "object",
    sample: (random) => ({ offset: random.int(9, 13), softness: random.int(1, 2) }),
    phrases: () => ["give it a shadow", "let it throw a dark shadow", "add a drop shadow"],
    extra: () => "with a drop shadow",
    apply: ({ pixels, mask }, { offset, softness }) => {
      const moved = new Float32Array(area);
      for (let i = 0; i < area; i++) {
        const [x, y] = [(i % size) - offset, Math.floor(i / size) - offset];
        if (x >= 0 && y >= 0) moved[i] = mask[y * size + x]! / 255;
      }
      const shadow = blur(moved, softness);
      return lay(
        pixels,
        [0, 0, 0],
        shadow.map((v, i) => 0.8 * v * (1 - mask[i]! / 255)),
      );
    },
  }),
  define<{ colour: Colour }>({
    name: "silhouette",
    family: "object",
    needs: "object",
    sample: (random) => ({ colour: anyColour(random) }),
    phrases: ({ colour }) => [
      `make the object ${aColour(colour)} silhouette`,
      `fill the object with plain ${colour.name}`,
      `cut it out of ${colour.name} paper`,
    ],
    extra: ({ colour }) => `${colour.name} silhouette`,
    apply: ({ pixels, mask }, { colour }) => lay(pixels, colour.rgb, alpha(mask)),
  }),
  define<{ colour: Colour }>({
    name: "object colour",
    family: "object",
    needs: "object",
    sample: (random) => ({ colour: anyColour(random, ["black", "charcoal", "white", "cream", "silver", "grey"]) }),
    phrases: ({ colour }) => [
      `make the object ${colour.name}`,
      `paint the object ${colour.name}`,
      `colour the object ${colour.name}`,
    ],
    extra: ({ colour }) => `object painted ${colour.name}`,
    // Its brightness stays, from a dark shade of the colour to a light one.
    apply: ({ pixels, mask }, { colour }) => {
      const shade = (to: number, t: number) => colour.rgb.map((v) => v + (to - v) * t) as unknown as Colour["rgb"];
      const grey = brightness(pixels).map((v) => v / 255);
      return lay(pixels, ramp(grey, shade(0, 0.7), shade(255, 0.45)), alpha(mask));
    },
  }),
  define<{ a: Colour; b: Colour; width: number }>({
    name: "striped object",
    family: "object",
    needs: "object",
    sample: (random) => {
      const a = anyColour(random);
      return { a, b: otherColour(random, a), width: random.int(7, 10) };
    },
    phrases: ({ a, b }) => [
      `fill the object with ${a.name} and ${b.name} stripes`,
      `make the object ${a.name} and ${b.name} striped`,
    ],
    extra: ({ a, b }) => `object with ${a.name} and ${b.name} stripes`,
    apply: ({ pixels, mask }, { a, b, width }) => {
      const first = new Float32Array(area);
      const second = new Float32Array(area);
      for (let i = 0; i < area; i++) {
        const into = Math.floor(((i % size) + Math.floor(i / size)) / width) & 1 ? second : first;
        into[i] = mask[i]! / 255;
      }
      return lay(lay(pixels, a.rgb, first), b.rgb, second);
    },
  }),
];
