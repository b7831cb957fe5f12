import { anyBackground, type Background, photograph, textured } from "./backgrounds.ts";
import { aColour, otherColour, type Rgb } from "./colours.ts";
import { conceptNamed, type Source } from "./concepts.ts";
import { draw, icon, isPictogram } from "./icons.ts";
import { type Place, paintLandscape, type Season } from "./landscapes.ts";
import { type MapStyle, paintMap } from "./maps.ts";
import { photoCrop, type StoredPicture } from "./pictures.ts";
import { Random } from "./random.ts";
import { area, size } from "./size.ts";

/** A picture in words, in parts, so that an edit can replace what it changes. */
export type Caption = {
  /** "an owl" */
  readonly subject: string;
  /** "on a blue background" */
  readonly setting: string;
  /** "sepia photo", "teal frame", … */
  readonly extras: readonly string[];
};

/** What a picture was drawn from, so that it can be drawn in another way. */
export type Origin =
  | { readonly kind: "object" }
  | { readonly kind: "photo" }
  | { readonly kind: "landscape"; readonly place: Place; readonly season: Season; readonly seed: number }
  | { readonly kind: "map"; readonly style: MapStyle; readonly seed: number };

/** A picture, of one object on a background mostly. */
export type Scene = {
  readonly concept: string;
  readonly source: Source | "photo" | "drawn";
  readonly origin: Origin;
  /** [128, 128, 3], 0..255 */
  readonly pixels: Uint8Array;
  /** [128, 128], 255 where the object covers the background altogether; all 0 where no object stands out. */
  readonly mask: Uint8Array;
  readonly words: Caption;
  /** `words` as one line. */
  readonly caption: string;
};

/** Colours that occur in no scene, because editing to them is held out. */
const heldOutBackgrounds = ["salmon"];

export function captionText({ subject, setting, extras }: Caption): string {
  return [setting === "" ? subject : `${subject} ${setting}`, ...extras].join(", ");
}

/** Pixels of a background alone, [128, 128, 3]. */
export function paint(background: Background): Uint8Array {
  const pixels = new Uint8Array(area * 3);
  for (let i = 0; i < area; i++) {
    const colour = background.colourAt((i % size) + 0.5, Math.floor(i / size) + 0.5);
    for (let c = 0; c < 3; c++) pixels[i * 3 + c] = Math.round(colour[c]!);
  }
  return pixels;
}

function meanColour(pixels: Uint8Array): Rgb {
  const sums = [0, 0, 0];
  for (const [i, v] of pixels.entries()) sums[i % 3]! += v / area;
  return sums as unknown as Rgb;
}

function scenery(random: Random, photos: readonly StoredPicture[]): Promise<Background> | Background {
  const kind = random.next();
  if (kind < 0.1) return textured(random, heldOutBackgrounds);
  if (kind < 0.16) return photograph(random, photos);
  return anyBackground(random, heldOutBackgrounds);
}

/**
 * The picture of a concept as a source draws it; place, scale and background are pure functions of the seed. `photos` are those that may be
 * behind it. Throws a RangeError where the source does not draw the concept.
 */
export async function scene(
  concept: string,
  source: Source,
  seed: number | string,
  photos: readonly StoredPicture[] = [],
): Promise<Scene> {
  const random = new Random("scene", concept, source, seed);
  const background = await scenery(random, photos);
  const pixels = paint(background);
  const ink = otherColour(random, { name: "what is behind it", rgb: meanColour(pixels) }, heldOutBackgrounds);
  const picture = await icon(concept, source, ink.rgb);
  const mask = new Uint8Array(area);
  // Mostly large: small drawings lose their lines in the autoencoder.
  const extent = size * (random.chance(0.8) ? random.range(0.62, 0.92) : random.range(0.42, 0.62));
  const scale = extent / Math.max(picture.width, picture.height);
  const spare = { x: size - picture.width * scale, y: size - picture.height * scale };
  const box = { x: spare.x * random.range(0.15, 0.85), y: spare.y * random.range(0.15, 0.85), scale };
  draw(picture, box, size, pixels, mask);
  const own = conceptNamed(concept).caption;
  const subject = isPictogram(source) ? `${aColour(ink)} ${own.replace(/^an? /, "")}` : own;
  const words = { subject, setting: background.words, extras: [] };
  return { concept, source, origin: { kind: "object" }, pixels, mask, words, caption: captionText(words) };
}

/** A square of a photograph. */
export async function photoScene(photo: StoredPicture, random: Random): Promise<Scene> {
  const crop = { x: random.next(), y: random.next(), zoom: random.range(0.45, 1), flip: random.chance(0.5) };
  const pixels = await photoCrop(photo.file, size, crop);
  const words = { subject: `a photo of ${photo.words}`, setting: "", extras: [] };
  const origin = { kind: "photo" } as const;
  return {
    concept: photo.file,
    source: "photo",
    origin,
    pixels,
    mask: new Uint8Array(area),
    words,
    caption: captionText(words),
  };
}

const placeWords: Readonly<Record<Place, string>> = {
  hills: "a hilly landscape",
  sea: "boats on the sea",
  town: "a town",
  mountains: "mountains",
  field: "a ploughed field",
};
const seasonWords: Readonly<Record<Season, string>> = {
  summer: "in summer",
  winter: "in winter",
  autumn: "in autumn",
  night: "at night",
  sunset: "at sunset",
};

export function landscapeScene(place: Place, season: Season, seed: number): Scene {
  const words = { subject: placeWords[place], setting: seasonWords[season], extras: [] };
  const origin = { kind: "landscape", place, season, seed } as const;
  const name = `${place} ${seed}`;
  return {
    concept: name,
    source: "drawn",
    origin,
    ...paintLandscape(place, season, seed),
    words,
    caption: captionText(words),
  };
}

export function mapScene(style: MapStyle, seed: number): Scene {
  const words = {
    subject: style === "aerial" ? "an aerial photo of a town" : "a road map of a town",
    setting: "",
    extras: [],
  };
  const origin = { kind: "map", style, seed } as const;
  const pixels = paintMap(style, seed);
  return {
    concept: `map ${seed}`,
    source: "drawn",
    origin,
    pixels,
    mask: new Uint8Array(area),
    words,
    caption: captionText(words),
  };
}
