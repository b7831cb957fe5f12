import type { Random } from "../random.ts";
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
  | "composition";

/** What an edit sees: pixels [128, 128, 3] and the object's mask [128, 128], 255 where the object is. */
export type Picture = { readonly pixels: Uint8Array; readonly mask: Uint8Array };

/** One kind of edit: how to draw its parameters, how people ask for it, and what it does. It keeps the layout. */
export interface Edit<P extends Params = Params> {
  readonly name: string;
  readonly family: Family;
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
