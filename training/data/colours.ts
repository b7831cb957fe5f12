import type { Random } from "./random.ts";

/** Red, green, blue in 0..255. */
export type Rgb = readonly [number, number, number];
/** A colour and the word people use for it. */
export type Colour = { readonly name: string; readonly rgb: Rgb };

const palette: Record<string, Rgb> = {
  red: [220, 38, 38],
  crimson: [165, 20, 55],
  coral: [250, 120, 85],
  salmon: [250, 150, 135],
  orange: [248, 140, 25],
  peach: [255, 205, 165],
  brown: [125, 75, 40],
  beige: [232, 218, 188],
  gold: [222, 175, 40],
  yellow: [250, 222, 50],
  cream: [252, 246, 218],
  olive: [125, 128, 45],
  lime: [165, 220, 50],
  green: [45, 165, 70],
  "dark green": [20, 90, 50],
  mint: [170, 235, 200],
  teal: [0, 128, 128],
  turquoise: [60, 210, 200],
  "sky blue": [130, 200, 245],
  blue: [40, 100, 225],
  navy: [22, 35, 95],
  indigo: [75, 45, 160],
  purple: [135, 60, 180],
  lavender: [205, 185, 240],
  magenta: [215, 45, 175],
  pink: [250, 165, 205],
  maroon: [110, 25, 40],
  black: [18, 18, 20],
  charcoal: [62, 66, 74],
  grey: [140, 142, 146],
  silver: [200, 204, 210],
  white: [250, 250, 250],
};

/** Every colour name. */
export const colourNames: readonly string[] = Object.keys(palette);

/** The palette's own value of a colour name. Throws on a name that is not in it. */
export function named(name: string): Colour {
  const rgb = palette[name];
  if (!rgb) throw new RangeError(`colour: no colour named "${name}"`);
  return { name, rgb };
}

/** "a blue", "an orange". */
export function aColour({ name }: Colour): string {
  return `${/^[aeiou]/.test(name) ? "an" : "a"} ${name}`;
}

/** How far a drawn colour must stay from a held-out one, as a distance in 0..255 RGB. */
export const heldOutDistance = 44;

export function distance(a: Rgb, b: Rgb): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

const jitter = 14;

/** A named colour, shifted a little; never the names in `except`, and never close to their values. */
export function anyColour(random: Random, except: readonly string[] = [], among = colourNames): Colour {
  for (;;) {
    const name = random.pick(among);
    if (except.includes(name)) continue;
    const rgb = palette[name]!.map((v) => Math.min(255, Math.max(0, v + random.int(-jitter, jitter))));
    const drawn = rgb as unknown as Rgb;
    if (except.every((held) => distance(drawn, palette[held]!) >= heldOutDistance)) return { name, rgb: drawn };
  }
}

/** A second colour that is plainly different from the first. */
export function otherColour(random: Random, first: Colour, except: readonly string[] = []): Colour {
  for (;;) {
    const colour = anyColour(random, except);
    if (distance(first.rgb, colour.rgb) >= 110) return colour;
  }
}
