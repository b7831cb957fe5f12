import { VisiiError } from "../errors.ts";
import type { Image } from "../image/pixels.ts";
import { channel, checkSameSize, type Plane } from "./pictures.ts";

/** Width of the Gaussian window in pixels, and its standard deviation (Wang et al., 2004). */
const [WINDOW, SIGMA] = [11, 1.5];
const [K1, K2, RANGE] = [0.01, 0.03, 255];

/**
 * Structural similarity, the mean over red, green and blue of Wang et al.'s SSIM: Gaussian window of 11 pixels and σ 1.5, only where it lies inside
 * the picture; −1 … 1, 1 for equal pictures. scikit-image's `structural_similarity(a, b, channel_axis=-1, gaussian_weights=True,
 * use_sample_covariance=False)`. Throws `VisiiError("graph")` for pictures below 11 pixels, or of two sizes.
 */
export function ssim(a: Image, b: Image): number {
  checkSameSize(a, b, "ssim");
  if (Math.min(a.width, a.height) < WINDOW) {
    throw new VisiiError("graph", `ssim: expected sides of at least ${WINDOW} pixels, got ${a.width}×${a.height}`);
  }
  return [0, 1, 2].reduce((sum, c) => sum + planeSsim(channel(a, c), channel(b, c)) / 3, 0);
}

function planeSsim(a: Plane, b: Plane): number {
  const [c1, c2] = [(K1 * RANGE) ** 2, (K2 * RANGE) ** 2];
  const moment = (of: (x: number, y: number) => number) =>
    blur({ ...a, data: a.data.map((x, i) => of(x, b.data[i]!)) });
  const [ma, mb] = [moment((x) => x), moment((_, y) => y)];
  const [aa, bb, ab] = [moment((x) => x * x), moment((_, y) => y * y), moment((x, y) => x * y)];
  let sum = 0;
  for (let i = 0; i < ma.length; i++) {
    const [u, v] = [ma[i]!, mb[i]!];
    const variances = aa[i]! - u * u + bb[i]! - v * v;
    sum += ((2 * u * v + c1) * (2 * (ab[i]! - u * v) + c2)) / ((u * u + v * v + c1) * (variances + c2));
  }
  return sum / ma.length;
}

const radius = (WINDOW - 1) / 2;
const bell = Array.from({ length: WINDOW }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * SIGMA ** 2)));
const kernel = bell.map((x) => x / bell.reduce((a, b) => a + b));

/** Where the whole window lies inside: [H − 10, W − 10]. */
function blur({ width, height, data }: Plane): Float64Array {
  const [w, h] = [width - 2 * radius, height - 2 * radius];
  const rows = new Float64Array(height * w);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < w; x++) {
      let sum = 0;
      for (let k = 0; k < WINDOW; k++) sum += kernel[k]! * data[y * width + x + k]!;
      rows[y * w + x] = sum;
    }
  }
  const out = new Float64Array(h * w);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      let sum = 0;
      for (let k = 0; k < WINDOW; k++) sum += kernel[k]! * rows[(y + k) * w + x]!;
      out[y * w + x] = sum;
    }
  }
  return out;
}
