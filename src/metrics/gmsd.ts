import type { Image } from "../image/pixels.ts";
import { checkSameSize, luma, type Plane } from "./pictures.ts";

/** The constant of Xue et al. that keeps the similarity of weak gradients stable, for brightness 0 … 255. */
const STABLE = 170;

/**
 * Gradient magnitude similarity deviation (Xue et al., 2014): how unevenly the edges of two pictures agree, in brightness at half size; 0 for
 * equal pictures, larger is worse, seldom above 0.35. A perceptual distance that needs no network. Throws `VisiiError("graph")` for two sizes.
 */
export function gmsd(a: Image, b: Image): number {
  checkSameSize(a, b, "gmsd");
  const [ga, gb] = [gradient(halve(luma(a))), gradient(halve(luma(b)))];
  const similarity = ga.map((x, i) => (2 * x * gb[i]! + STABLE) / (x * x + gb[i]! ** 2 + STABLE));
  const mean = similarity.reduce((sum, x) => sum + x, 0) / similarity.length;
  return Math.sqrt(similarity.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, similarity.length - 1));
}

/** Means of blocks of 2 × 2; an odd last row or column is left out. */
function halve({ width, height, data }: Plane): Plane {
  const [w, h] = [width >> 1, height >> 1];
  const at = (i: number) => {
    const corner = 2 * Math.floor(i / w) * width + 2 * (i % w);
    return (data[corner]! + data[corner + 1]! + data[corner + width]! + data[corner + width + 1]!) / 4;
  };
  return { width: w, height: h, data: Float64Array.from({ length: w * h }, (_, i) => at(i)) };
}

/** Length of Prewitt's gradient, zeros around the picture. */
function gradient({ width, height, data }: Plane): Float64Array {
  const at = (x: number, y: number) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : data[y * width + x]!);
  return Float64Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    let [dx, dy] = [0, 0];
    for (const k of [-1, 0, 1]) {
      dx += (at(x + 1, y + k) - at(x - 1, y + k)) / 3;
      dy += (at(x + k, y + 1) - at(x + k, y - 1)) / 3;
    }
    return Math.hypot(dx, dy);
  });
}
