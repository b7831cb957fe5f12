import { VisiiError } from "../errors.ts";

/** A picture in memory: 8-bit sRGB, rows from the top, and its alpha channel apart, because the models see colours only. */
export interface Image {
  readonly width: number;
  readonly height: number;
  /** [H, W, 3], 0 … 255, not multiplied by alpha. */
  readonly data: Uint8ClampedArray | Uint8Array;
  /** [H, W], 0 … 255; absent where the picture is opaque throughout. */
  readonly alpha?: Uint8ClampedArray | Uint8Array;
}

/** 0 … 255 to [-1, 1], rounded after each operation as float32 arithmetic does, so that it equals diffusers' bit for bit. */
const TO_SIGNED = Float32Array.from({ length: 256 }, (_, value) => Math.fround(value / 255) * 2 - 1);

/** The picture as the VAE takes it: float32 [1, 3, H, W] in [-1, 1]. Alpha is ignored: `flatten` first. */
export function toTensor({ width, height, data }: Image): Float32Array {
  const area = width * height;
  const tensor = new Float32Array(3 * area); // [1, 3, H, W]
  for (let pixel = 0; pixel < area; pixel++) {
    tensor[pixel] = TO_SIGNED[data[3 * pixel]!]!;
    tensor[area + pixel] = TO_SIGNED[data[3 * pixel + 1]!]!;
    tensor[2 * area + pixel] = TO_SIGNED[data[3 * pixel + 2]!]!;
  }
  return tensor;
}

/**
 * The VAE's output as a picture: float32 [1, 3, H, W] or [3, H, W], clamped to [-1, 1], rounded half to even, as diffusers does.
 *
 * @throws VisiiError `graph` if the length isn't 3·H·W; `runtime` if a value is not a number.
 */
export function fromTensor(tensor: Float32Array, width: number, height: number): Image {
  const area = width * height;
  if (tensor.length !== 3 * area) {
    throw new VisiiError(
      "graph",
      `fromTensor: expected ${3 * area} values for 3×${height}×${width}, got ${tensor.length}`,
    );
  }
  const data = new Uint8ClampedArray(3 * area); // [H, W, 3]
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0; pixel < area; pixel++) {
      const unit = Math.fround(tensor[channel * area + pixel]! * 0.5 + 0.5);
      if (Number.isNaN(unit)) throw new VisiiError("runtime", "The model's picture holds values that are not numbers.");
      // Storing into a clamped array clamps to 0 … 255 and rounds half to even, as numpy does.
      data[3 * pixel + channel] = Math.fround(unit * 255);
    }
  }
  return { width, height, data };
}

/** The picture laid on a plain background (RGB, default white), without alpha; an opaque picture is returned as it is. */
export function flatten(image: Image, background: readonly [number, number, number] = [255, 255, 255]): Image {
  const { width, height, data, alpha } = image;
  if (!alpha) return image;
  const flat = new Uint8ClampedArray(data.length);
  for (let i = 0; i < data.length; i++) {
    const opacity = alpha[(i / 3) | 0]! / 255;
    flat[i] = data[i]! * opacity + background[i % 3]! * (1 - opacity);
  }
  return { width, height, data: flat };
}

/** `image` with the alpha channel of `source`, which has the same size; opaque if `source` is. */
export function withAlphaOf(image: Image, source: Image): Image {
  const { width, height, data } = image;
  if (!source.alpha) return { width, height, data };
  if (width !== source.width || height !== source.height) {
    const sizes = `${source.width}×${source.height} onto a picture of ${width}×${height}`;
    throw new VisiiError("graph", `withAlphaOf: cannot put an alpha channel of ${sizes}`);
  }
  return { width, height, data, alpha: source.alpha };
}

/** The part of a picture that starts at (left, top); it must lie inside. */
export function crop(image: Image, left: number, top: number, width: number, height: number): Image {
  if (left < 0 || top < 0 || left + width > image.width || top + height > image.height) {
    throw new VisiiError(
      "graph",
      `crop: ${width}×${height} at (${left}, ${top}) leaves ${image.width}×${image.height}`,
    );
  }
  const cut = (plane: Uint8ClampedArray | Uint8Array, channels: number) => {
    const part = new Uint8Array(width * height * channels);
    for (let y = 0; y < height; y++) {
      const start = ((top + y) * image.width + left) * channels;
      part.set(plane.subarray(start, start + width * channels), y * width * channels);
    }
    return part;
  };
  const data = cut(image.data, 3);
  return image.alpha ? { width, height, data, alpha: cut(image.alpha, 1) } : { width, height, data };
}
