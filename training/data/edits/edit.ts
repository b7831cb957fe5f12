import type { Code } from "../codes.ts";
import type { Random } from "../random.ts";
import type { Scene } from "../scene.ts";
import { area } from "../size.ts";

export type Params = Readonly<Record<string, unknown>>;
export type Family =
  | "background"
  | "object"
  | "style"
  | "colour"
  | "light"
  | "overlay"
  | "crop"
  | "frame"
  | "thing"
  | "segmentation"
  | "place"
  | "local"
  | "composition";

/** What a picture must show for the edit to mean something: an object that stands out, a drawn place in summer, a town from above. */
export type Needs = "object" | "landscape" | "map";

/** What an edit sees: pixels [128, 128, 3], the object's mask [128, 128], 255 where the object is, and what it was drawn from. */
export type Picture = Pick<Scene, "pixels" | "mask" | "origin">;

/** One kind of edit: how to draw its parameters, how people ask for it, and what it does. It keeps the layout. */
export interface Edit<P extends Params = Params> {
  readonly name: string;
  readonly family: Family;
  readonly needs?: Needs;
  /** Draws parameters that JSON keeps as they are. */
  sample(random: Random): P;
  /** Ways to ask for it, in lower case. */
  phrases(params: P): readonly string[];
  /** Words added to the caption of the picture: "sepia photo". */
  extra?(params: P): string;
  /** Words that replace the background's in the caption: "on a navy background". */
  setting?(params: P): string;
  /** New pixels, [128, 128, 3]; a pure function. */
  apply(picture: Picture, params: P): Uint8Array;
  /** Its parameters as numbers, where they are not one code under the edit's name. */
  codes?(params: P): readonly Code[];
  /** For an edit that is not trained on: the nearest words that are. */
  nearestWords?(params: P): string;
}

/** Checks an edit's own parameter type, then forgets it, so that edits can be listed together. */
export function define<P extends Params>(edit: Edit<P>): Edit {
  return edit as Edit;
}

/** Brightness as Rec. 601 has it, 0..255; [128, 128]. */
export function brightness(pixels: Uint8Array): Float32Array {
  const out = new Float32Array(area);
  for (let i = 0; i < area; i++) {
    out[i] = 0.299 * pixels[i * 3]! + 0.587 * pixels[i * 3 + 1]! + 0.114 * pixels[i * 3 + 2]!;
  }
  return out;
}

/** An array of bytes that clamps what is written to it, for sums that may leave 0..255. */
export const canvas = (): Uint8ClampedArray => new Uint8ClampedArray(area * 3);

export function bytes(clamped: Uint8ClampedArray): Uint8Array {
  return new Uint8Array(clamped.buffer);
}
