import { VisiiError } from "../errors.ts";
import { modelSize } from "../image/fit.ts";
import { flatten, type Image } from "../image/pixels.ts";
import { resize } from "../image/resize.ts";
import type { Latents, Model } from "./model.ts";
import type { LearnSettings } from "./settings.ts";
import { fitToPixels } from "./to-pixels.ts";

/** A picture before and after one edit. */
export interface Pair {
  readonly before: Image;
  readonly after: Image;
}

/** Example pairs as the method sees them. */
export interface EncodedPairs {
  /** z_x, the condition, not scaled. */
  readonly before: readonly Latents[];
  /** z_y times the autoencoder's scaling factor: what diffusion starts from. */
  readonly after: readonly Latents[];
  /** Δ [P], of length 1: the mean of the pairs' CLIP(y) − CLIP(x); absent if it was not asked for. */
  readonly direction: Float32Array | undefined;
  /** What latents are as pixels, as `fitToPixels` finds it on the first pair; absent where errors are counted as latents. */
  readonly toPixels: Float32Array | undefined;
}

/**
 * Encodes the pairs, and finds their `direction` if it is wanted. All are brought to the size of the first before picture; the others are stretched
 * to it. Throws `VisiiError("usage")` when there are none.
 */
export async function encodePairs(
  model: Model,
  pairs: readonly Pair[],
  { resolution, errors }: Pick<LearnSettings, "resolution" | "errors">,
  direction: boolean,
): Promise<EncodedPairs> {
  const [first] = pairs;
  if (!first) throw new VisiiError("usage", "There is no pair to learn from; give a picture before and one after.");
  const size = { resolution, multiple: model.multiple };
  const [width, height] = modelSize(first.before.width, first.before.height, size);
  const { scalingFactor } = model.parts.vae.config;
  const fitted = pairs.map(({ before, after }) => ({
    before: stretch(before, width, height),
    after: stretch(after, width, height),
  }));
  const before: Latents[] = [];
  const after: Latents[] = [];
  for (const pair of fitted) {
    before.push(await model.encode(pair.before));
    const latents = await model.encode(pair.after);
    after.push({ ...latents, data: latents.data.map((x) => x * scalingFactor) });
  }
  return {
    before,
    after,
    direction: direction ? await meanDirection(model, pairs) : undefined,
    toPixels: errors === "pixels" ? await fitToPixels(model, fitted[0]!) : undefined,
  };
}

/** To exactly this size, as `fitToModel` does it for the pictures that an instruction is applied to. */
function stretch(image: Image, width: number, height: number): Image {
  return resize(flatten(image), width, height, "lanczos");
}

/** Mean of CLIP(y) − CLIP(x), both of length 1, then normalised. */
async function meanDirection(model: Model, pairs: readonly Pair[]): Promise<Float32Array> {
  let sum = new Float32Array();
  for (const { before, after } of pairs) {
    const [x, y] = [await model.imageEmbeds(before), await model.imageEmbeds(after)];
    sum = x.map((_, i) => (sum[i] ?? 0) + y[i]! - x[i]!);
  }
  const length = Math.hypot(...sum) || 1;
  return sum.map((x) => x / length);
}
