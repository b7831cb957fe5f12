import { VisiiError } from "../errors.ts";
import type { Image } from "./pixels.ts";
import { crop, flatten } from "./pixels.ts";
import { resize } from "./resize.ts";

/** What `preprocessor_config.json` says of a CLIP model's pictures. */
export interface ClipPreprocess {
  /** Length that the shorter side is brought to, in pixels. */
  readonly shortestEdge: number;
  /** The square cut from the middle, in pixels. */
  readonly cropSize: number;
  /** Per channel, of values in 0 … 1. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** OpenAI's, for `clip-vit-large-patch14`. */
export const OPENAI_CLIP: ClipPreprocess = {
  shortestEdge: 224,
  cropSize: 224,
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};

/**
 * Reads transformers' `preprocessor_config.json`, in its old form (`size: 224`) or its new one (`size: { shortest_edge: 224 }`).
 *
 * @throws VisiiError `model` for settings that we don't do: another filter than bicubic, no crop, no normalisation, a crop that isn't square.
 */
export function parseClipPreprocess(config: unknown): ClipPreprocess {
  const json = (typeof config === "object" && config !== null ? config : {}) as Readonly<Record<string, unknown>>;
  const refuse = (name: string): never => {
    throw new VisiiError(
      "model",
      `preprocessor_config.json: ${name} = ${JSON.stringify(json[name])} is not supported.`,
    );
  };
  for (const step of ["do_resize", "do_center_crop", "do_rescale", "do_normalize"]) {
    if (json[step] === false) refuse(step);
  }
  const BICUBIC = 3;
  if (json.resample !== undefined && json.resample !== BICUBIC) refuse("resample");
  const factor = json.rescale_factor;
  if (factor !== undefined && (typeof factor !== "number" || Math.abs(factor * 255 - 1) > 1e-6))
    refuse("rescale_factor");
  const length = (name: string, keys: readonly string[], fallback: number): number => {
    const value = json[name];
    if (value === undefined) return fallback;
    const lengths =
      typeof value === "object" && value !== null
        ? keys.map((key) => (value as Record<string, unknown>)[key])
        : [value];
    const [first] = lengths;
    if (typeof first === "number" && Number.isInteger(first) && first > 0 && lengths.every((l) => l === first))
      return first;
    return refuse(name);
  };
  const triple = (name: string, fallback: ClipPreprocess["mean"]): ClipPreprocess["mean"] => {
    const value = json[name];
    if (value === undefined) return fallback;
    if (!Array.isArray(value) || value.length !== 3 || !value.every((v) => typeof v === "number")) return refuse(name);
    return value as [number, number, number];
  };
  const parsed = {
    shortestEdge: length("size", ["shortest_edge"], OPENAI_CLIP.shortestEdge),
    cropSize: length("crop_size", ["height", "width"], OPENAI_CLIP.cropSize),
    mean: triple("image_mean", OPENAI_CLIP.mean),
    std: triple("image_std", OPENAI_CLIP.std),
  };
  if (parsed.cropSize > parsed.shortestEdge) refuse("crop_size");
  return parsed;
}

/**
 * The picture as CLIP's vision tower takes it: shorter side to `shortestEdge` (bicubic), the middle square, normalised; equal to
 * transformers' Pillow processor bit for bit. float32 [1, 3, cropSize, cropSize]. Alpha is laid on white.
 */
export function toClipTensor(
  image: Image,
  { shortestEdge, cropSize, mean, std }: ClipPreprocess = OPENAI_CLIP,
): Float32Array {
  const { width, height } = image;
  const longEdge = Math.trunc((shortestEdge * Math.max(width, height)) / Math.min(width, height));
  const [w, h] = width <= height ? [shortestEdge, longEdge] : [longEdge, shortestEdge];
  const resized = resize(flatten(image), w, h, "bicubic");
  const { data } = crop(resized, (w - cropSize) >> 1, (h - cropSize) >> 1, cropSize, cropSize);
  const area = cropSize * cropSize;
  const tensor = new Float32Array(3 * area); // [1, 3, H, W]
  for (let channel = 0; channel < 3; channel++) {
    // float32 after each operation, as transformers computes it.
    const m = Math.fround(mean[channel]!);
    const s = Math.fround(std[channel]!);
    const levels = Float32Array.from({ length: 256 }, (_, v) => Math.fround(Math.fround(v * (1 / 255)) - m) / s);
    for (let pixel = 0; pixel < area; pixel++) tensor[channel * area + pixel] = levels[data[3 * pixel + channel]!]!;
  }
  return tensor;
}
