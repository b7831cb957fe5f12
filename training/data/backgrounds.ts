import { aColour, anyColour, type Colour, distance, heldOutDistance, named, otherColour, type Rgb } from "./colours.ts";
import { photoCrop, type StoredPicture } from "./pictures.ts";
import type { Random } from "./random.ts";
import { size } from "./size.ts";
import { materials, paintTexture } from "./textures.ts";

/** What is behind the object: how to paint it, and its words ("on a blue background"). */
export type Background = { readonly words: string; readonly colourAt: (x: number, y: number) => Rgb };

export const plain = (colour: Colour): Background => ({
  words: `on ${aColour(colour)} background`,
  colourAt: () => colour.rgb,
});

/** Fades from one colour to the other along `angle` (radians; 0 is left to right, π/2 top to bottom). */
export function gradient(from: Colour, to: Colour, angle: number): Background {
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  const reach = (Math.abs(dx) + Math.abs(dy)) * (size / 2);
  return {
    words: `on a background fading from ${from.name} to ${to.name}`,
    colourAt: (x, y) => {
      const t = 0.5 + ((x - size / 2) * dx + (y - size / 2) * dy) / (2 * reach);
      return mix(from.rgb, to.rgb, t);
    },
  };
}

/** Parallel bands, each `width` pixels wide. */
export function stripes(a: Colour, b: Colour, width: number, angle: number): Background {
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  return {
    words: `on ${a.name} and ${b.name} stripes`,
    colourAt: (x, y) => (Math.floor((x * dx + y * dy) / width) & 1 ? b.rgb : a.rgb),
  };
}

export const checks = (a: Colour, b: Colour, width: number): Background => ({
  words: `on ${aColour(a)} and ${b.name} checkerboard`,
  colourAt: (x, y) => ((Math.floor(x / width) + Math.floor(y / width)) & 1 ? b.rgb : a.rgb),
});

/** Round dots of `radius` pixels in a square grid of `pitch` pixels. */
export const dots = (ground: Colour, dot: Colour, pitch: number, radius: number): Background => ({
  words: `on ${aColour(ground)} background with ${dot.name} dots`,
  colourAt: (x, y) => {
    const u = (x % pitch) - pitch / 2;
    const v = (y % pitch) - pitch / 2;
    return u * u + v * v < radius * radius ? dot.rgb : ground.rgb;
  },
});

/** Two bands: `above` down to the horizon (a share of the height), `below` under it. */
export const horizon = (above: Colour, below: Colour, height: number): Background => ({
  words: `on ${below.name} ground under ${aColour(above)} sky`,
  colourAt: (_x, y) => (y < height * size ? above.rgb : below.rgb),
});

/** Mostly plain and fading backgrounds, sometimes a pattern; `except` names colours that must not occur. */
export function anyBackground(random: Random, except: readonly string[]): Background {
  const a = anyColour(random, except);
  const kind = random.next();
  if (kind < 0.48) return plain(a);
  const b = kind < 0.72 ? anyColour(random, except) : otherColour(random, a, except);
  if (kind < 0.74) return gradient(a, b, random.range(0, 2 * Math.PI));
  if (kind < 0.88) return horizon(a, b, random.range(0.5, 0.8));
  if (kind < 0.92) return stripes(a, b, random.int(8, 20), random.pick([0, Math.PI / 2, Math.PI / 4]));
  if (kind < 0.96) return checks(a, b, random.int(10, 24));
  return dots(a, b, random.int(14, 28), random.int(3, 6));
}

function mix(a: Rgb, b: Rgb, t: number): Rgb {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

/** A wall, a floor, a cloth. */
export function textured(random: Random, except: readonly string[]): Background {
  const a = anyColour(random, except);
  const texture = {
    material: random.pick(materials),
    a,
    b: nearOrOther(random, a, except),
    scale: random.range(14, 34),
    seed: random.int(0, 1e6),
  };
  const pixels = paintTexture(texture);
  return { words: `on ${a.name} ${texture.material}`, colourAt: lookUp(pixels) };
}

/** A part of a photograph. Where there is none, plain. */
export async function photograph(random: Random, photos: readonly StoredPicture[]): Promise<Background> {
  if (photos.length === 0) return plain(anyColour(random));
  const photo = random.pick(photos);
  const crop = { x: random.next(), y: random.next(), zoom: random.range(0.4, 1), flip: random.chance(0.5) };
  return { words: `in front of ${photo.words}`, colourAt: lookUp(await photoCrop(photo.file, size, crop)) };
}

const lookUp =
  (pixels: Uint8Array) =>
  (x: number, y: number): Rgb => {
    const at = (Math.floor(y) * size + Math.floor(x)) * 3;
    return [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!];
  };

/** Textures are mostly of two shades of a colour. */
export function nearOrOther(random: Random, { name, rgb }: Colour, except: readonly string[]): Colour {
  if (random.chance(0.4)) return otherColour(random, { name, rgb }, except);
  const [share, to] = [random.range(0.3, 0.55), rgb[0] + rgb[1] + rgb[2] > 380 ? 0 : 255];
  const shade = rgb.map((v) => Math.round(v + (to - v) * share)) as unknown as Rgb;
  return except.every((held) => distance(shade, named(held).rgb) >= heldOutDistance)
    ? { name: to ? `light ${name}` : `deep ${name}`, rgb: shade }
    : otherColour(random, { name, rgb }, except);
}
