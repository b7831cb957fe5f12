import { add, conv2d, input, mean, mul, square, sub, type Tensor } from "../graph/index.ts";

/** What latents count for themselves where errors are counted as pixels, so that none of them is left to chance. */
const LATENTS = 0.2;

/**
 * How wrong a prediction [N, C, H, W] is → [N], mean squares: of the latents, or with `seen` of that many pixels that belong to each, which `to_pixels`
 * [seen, C, 3, 3] makes of them.
 */
export function squaredErrors(prediction: Tensor, target: Tensor, seen?: number): Tensor {
  const difference = sub(prediction, target);
  const latents = mean(square(difference), [1, 2, 3]);
  if (seen === undefined) return latents;
  const toPixels = input("to_pixels", [seen, prediction.shape[1]!, 3, 3]);
  const pixels = mean(square(conv2d(difference, toPixels, { padding: 1 })), [1, 2, 3]);
  return add(mul(latents, LATENTS), mul(pixels, 1 - LATENTS));
}
