import { type Image, toTensor } from "../image/pixels.ts";
import { resize } from "../image/resize.ts";
import { Generator } from "../rng/index.ts";
import type { Latents, Model } from "./model.ts";
import type { Pair } from "./pairs.ts";
import { solve } from "./solve.ts";

/** How often the pictures are shown again in other colours: a pair of few colours, or of one, tells little of the decoder. */
const RECOLOURED = 3;

/** How large they are, about: thousands of latents for a few dozen unknowns, and quickly encoded by a large model. */
const SIDE = 128;

/** Pictures that are encoded for a pair. */
export const ENCODED = 2 * (1 + RECOLOURED);

/** The side of the pictures that `fitToPixels` encodes, in pixels. */
export const sideFor = (multiple: number): number => multiple * Math.max(1, Math.round(SIDE / multiple));

/** Keeps the equations solvable for pictures of few colours; latents have a variance of about 1. */
const RIDGE = 1e-3;

/**
 * The convolution that comes nearest to the model's decoder: of 3 × 3 latents, scaled as diffusion sees them, it makes the pixels that belong to the
 * middle one. Least squares over a pair's pictures, opaque and made small, in their own and in other colours, and their latents → [3 · factor², C, 3, 3], in the scale in which noise of
 * deviation 1 gives squares of 1 on average.
 */
export async function fitToPixels(model: Model, { before, after }: Pair): Promise<Float32Array> {
  const side = sideFor(model.multiple);
  const pictures = [before, after].map((picture) => resize(picture, side, side, "lanczos"));
  const { factor, scalingFactor, latentChannels } = model.parts.vae.config;
  const generator = new Generator(0);
  const recolourings = Array.from({ length: RECOLOURED }, () => anyColours(generator));
  const shown = [...pictures, ...recolourings.flatMap((recolour) => pictures.map(recolour))];
  const rows: Float64Array[] = [];
  for (const picture of shown) rows.push(...neighbourhoods(picture, await model.encode(picture), factor));
  const [given, wanted] = [9 * latentChannels, 3 * factor ** 2];
  for (const row of rows) for (let i = 0; i < given; i++) row[i]! *= scalingFactor;

  const products = covariance(rows, given); // [given, given + wanted]
  for (const [i, row] of products.entries()) row[i]! += RIDGE;
  const weights = solve(
    products.map((row) => row.slice(0, given)),
    products.map((row) => row.slice(given)),
  );
  const power = weights.flat().reduce((sum, w) => sum + w * w, 0) / wanted;
  const scaled = weights.map((row) => row.map((w) => w / Math.sqrt(power)));
  return Float32Array.from({ length: wanted * given }, (_, i) => scaled[i % given]![Math.floor(i / given)]!);
}

/** Some affine change of colours. */
function anyColours(generator: Generator): (image: Image) => Image {
  const [matrix, offset] = [generator.randn(9), generator.randn(3)];
  return ({ width, height, data }) => {
    const out = new Uint8ClampedArray(data.length);
    for (let i = 0; i < data.length; i += 3) {
      for (let c = 0; c < 3; c++) {
        const mixed = [0, 1, 2].reduce((sum, k) => sum + matrix[3 * c + k]! * (data[i + k]! - 127.5), 0);
        out[i + c] = 127.5 + 0.6 * mixed + 0.3 * 127.5 * offset[c]!;
      }
    }
    return { width, height, data: out };
  };
}

/** Of every latent that has neighbours on all sides: its neighbourhood [C, 3, 3], then the pixels that belong to it [3, factor, factor]. */
function neighbourhoods(picture: Image, { channels, height, width, data }: Latents, factor: number): Float64Array[] {
  const pixels = toTensor(picture);
  const rows: Float64Array[] = [];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const around = patch(data, [channels, height, width], y - 1, x - 1, 3);
      const own = patch(pixels, [3, picture.height, picture.width], y * factor, x * factor, factor);
      rows.push(Float64Array.of(...around, ...own));
    }
  }
  return rows;
}

/** [C, side, side] of [C, H, W], from a row and a column on. */
function patch(
  data: Float32Array,
  [channels, height, width]: readonly [number, number, number],
  top: number,
  left: number,
  side: number,
): number[] {
  const at = (c: number, y: number, x: number) => data[(c * height + top + y) * width + left + x]!;
  const places = Array.from({ length: side ** 2 }, (_, i) => [Math.floor(i / side), i % side] as const);
  return Array.from({ length: channels }, (_, c) => places.map(([y, x]) => at(c, y, x))).flat();
}

/** Of the first `count` columns with all columns. */
function covariance(rows: readonly Float64Array[], count: number): number[][] {
  const columns = rows[0]!.length;
  const means = new Float64Array(columns);
  for (const row of rows) for (let j = 0; j < columns; j++) means[j]! += row[j]! / rows.length;
  const sums = Array.from({ length: count }, () => new Array<number>(columns).fill(0));
  for (const row of rows) {
    const centred = row.map((value, j) => value - means[j]!);
    for (let a = 0; a < count; a++) {
      const [own, sum] = [centred[a]! / rows.length, sums[a]!];
      for (let b = 0; b < columns; b++) sum[b]! += own * centred[b]!;
    }
  }
  return sums;
}
