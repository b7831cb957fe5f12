/** How good a result is, in one number. */
import type { Image } from "../../src/image/pixels.ts";

/** Mean squared error over all values, with the range 0 … 255 taken as 0 … 1. Throws a RangeError where the sizes differ. */
export function meanSquaredError(a: Image, b: Image): number {
  if (a.width !== b.width || a.height !== b.height) {
    throw new RangeError(`meanSquaredError: ${a.width}×${a.height} against ${b.width}×${b.height}`);
  }
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i]! - b.data[i]!) ** 2;
  return sum / (a.data.length * 255 ** 2);
}

/** Error of the result to the truth over that of the untouched input: 0 perfect, 1 as good as doing nothing. */
export function errorRatio(result: Image, truth: Image, input: Image): number {
  return meanSquaredError(result, truth) / meanSquaredError(input, truth);
}

/** The middle value, or the mean of the two in the middle; undefined of nothing. */
export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}
