import { VisiiError } from "../errors.ts";
import type { Image } from "./pixels.ts";
import { flatten, withAlphaOf } from "./pixels.ts";
import type { Box } from "./resize.ts";
import { resize } from "./resize.ts";

export interface FitOptions {
  /** Length that the longer side is brought near to, in pixels: the size the model was trained at. */
  readonly resolution: number;
  /** Both sides become multiples of this, in pixels: the VAE's factor times 2 per halving in the UNet (64 for Stable Diffusion). */
  readonly multiple: number;
}

/** Largest area that a long, narrow picture may take, in squares of `resolution`: attention's time grows with its square. */
const MAX_SQUARES = 2;

/**
 * The size at which the models see a picture: InstructPix2Pix's rule (shorter side up to the next multiple, the longer one in
 * proportion), with the longer side rounded to the nearest multiple rather than down, and the area bounded.
 *
 * @throws VisiiError `usage` if `resolution` or `multiple` is not a positive whole number, or the resolution is below the multiple.
 */
export function modelSize(
  width: number,
  height: number,
  { resolution, multiple }: FitOptions,
): [width: number, height: number] {
  if (!Number.isInteger(multiple) || multiple < 1 || !Number.isInteger(resolution) || resolution < multiple) {
    throw new VisiiError(
      "usage",
      `The resolution must be a whole number of at least ${multiple} pixels, got ${resolution}.`,
    );
  }
  const long = Math.max(width, height);
  const short = Math.min(width, height);
  const shortSide = Math.ceil((short * resolution) / long / multiple) * multiple;
  const ideal = Math.round((long * shortSide) / short / multiple) * multiple;
  const most = Math.floor((MAX_SQUARES * resolution * resolution) / shortSide / multiple) * multiple;
  const longSide = Math.min(ideal, most);
  return width >= height ? [longSide, shortSide] : [shortSide, longSide];
}

/**
 * A picture of any size as the models take it: laid on white, stretched (lanczos) to `modelSize`. InstructPix2Pix crops the margin
 * instead; stretching keeps the whole picture, so that `restore` can put the result back in register.
 */
export function fitToModel(image: Image, options: FitOptions): Image {
  const [width, height] = modelSize(image.width, image.height, options);
  return resize(flatten(image), width, height, "lanczos");
}

/** The models' result at the size of the picture that it came from (lanczos), with that picture's alpha channel. */
export function restore(result: Image, original: Image): Image {
  return withAlphaOf(resize(result, original.width, original.height, "lanczos"), original);
}

/** The middle of a picture, as large as the aspect of width : height allows, at that size: Pillow's `ImageOps.fit` with lanczos. */
export function cover(image: Image, width: number, height: number): Image {
  const aspect = width / height;
  const wide = image.width / image.height >= aspect;
  const w = wide ? aspect * image.height : image.width;
  const h = wide ? image.height : image.width / aspect;
  const left = (image.width - w) * 0.5;
  const top = (image.height - h) * 0.5;
  const box: Box = [left, top, left + w, top + h];
  return resize(image, width, height, "lanczos", box);
}

/** Exactly what InstructPix2Pix's own program feeds its model (`ImageOps.fit` after its rounding), margins cropped: for comparisons with it. */
export function fitAsInstructPix2Pix(image: Image, { resolution, multiple }: FitOptions): Image {
  const long = Math.max(image.width, image.height);
  const short = Math.min(image.width, image.height);
  const factor = (Math.ceil((short * (resolution / long)) / multiple) * multiple) / short;
  const side = (length: number) => Math.floor((length * factor) / multiple) * multiple;
  return cover(flatten(image), side(image.width), side(image.height));
}
