import { anyBackground, type Background } from "./backgrounds.ts";
import { conceptNamed, type Source } from "./concepts.ts";
import { draw, icon } from "./icons.ts";
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

/** One object on a background. */
export type Scene = {
  readonly concept: string;
  readonly source: Source;
  /** [128, 128, 3], 0..255 */
  readonly pixels: Uint8Array;
  /** [128, 128], 255 where the object covers the background altogether. */
  readonly mask: Uint8Array;
  readonly words: Caption;
  /** `words` as one line. */
  readonly caption: string;
};

/** Colours that occur in no scene, because editing to them is held out. */
const heldOutBackgrounds = ["salmon"];

export function captionText({ subject, setting, extras }: Caption): string {
  return [`${subject} ${setting}`, ...extras].join(", ");
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

/**
 * The picture of a concept as a source draws it; place, scale and background are pure functions of the seed.
 * Throws a RangeError where the source does not draw the concept.
 */
export async function scene(concept: string, source: Source, seed: number | string): Promise<Scene> {
  const random = new Random("scene", concept, source, seed);
  const background = anyBackground(random, heldOutBackgrounds);
  const picture = await icon(concept, source);
  const pixels = paint(background);
  const mask = new Uint8Array(area);
  // Mostly large: small drawings lose their lines in the autoencoder.
  const extent = size * (random.chance(0.85) ? random.range(0.62, 0.88) : random.range(0.5, 0.62));
  const scale = extent / Math.max(picture.width, picture.height);
  const spare = { x: size - picture.width * scale, y: size - picture.height * scale };
  const box = { x: spare.x * random.range(0.25, 0.75), y: spare.y * random.range(0.25, 0.75), scale };
  draw(picture, box, size, pixels, mask);
  const words = { subject: conceptNamed(concept).caption, setting: background.words, extras: [] };
  return { concept, source, pixels, mask, words, caption: captionText(words) };
}
