import { VisiiError } from "../errors.ts";
import type { Image } from "../image/pixels.ts";

/** Rec. 601 weights of red, green and blue. */
const LUMA = [0.299, 0.587, 0.114] as const;

/** Throws `VisiiError("graph")` unless two pictures have one size. */
export function checkSameSize(a: Image, b: Image, what: string): void {
  if (a.width === b.width && a.height === b.height) return;
  throw new VisiiError("graph", `${what}: ${a.width}×${a.height} against ${b.width}×${b.height}`);
}

/** Mean squared error over all values, with the range 0 … 255 taken as 0 … 1. */
export function meanSquaredError(a: Image, b: Image): number {
  checkSameSize(a, b, "meanSquaredError");
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i]! - b.data[i]!) ** 2;
  return sum / (a.data.length * 255 ** 2);
}

/** Peak signal to noise ratio of a mean squared error (0 … 1), in decibels; that of equal pictures is limited to 100. */
export function psnr(error: number): number {
  return Math.min(100, -10 * Math.log10(error));
}

/** Error of the result to the truth over that of the untouched input: 0 perfect, 1 as good as doing nothing. */
export function errorRatio(result: Image, truth: Image, input: Image): number {
  return meanSquaredError(result, truth) / meanSquaredError(input, truth);
}

/** One channel as numbers, row by row: [H, W]. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float64Array;
}

/** One of red (0), green and blue, 0 … 255. */
export function channel({ width, height, data }: Image, index: number): Plane {
  return { width, height, data: Float64Array.from({ length: width * height }, (_, i) => data[3 * i + index]!) };
}

/** Brightness, 0 … 255. */
export function luma({ width, height, data }: Image): Plane {
  const at = (i: number) => LUMA[0] * data[3 * i]! + LUMA[1] * data[3 * i + 1]! + LUMA[2] * data[3 * i + 2]!;
  return { width, height, data: Float64Array.from({ length: width * height }, (_, i) => at(i)) };
}
