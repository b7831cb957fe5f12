import type { ClipEncoder } from "../core/clip.ts";
import { flatten, type Image } from "../image/pixels.ts";
import { resize } from "../image/resize.ts";
import {
  changeSimilarity,
  type Embedding,
  gmsd,
  imageSimilarity,
  leakage,
  meanSquaredError,
  psnr,
  ssim,
} from "../metrics/index.ts";
import type { Metrics } from "./cases.ts";

/** What a result is held against. */
export interface Yardstick {
  readonly input: Image;
  readonly truth: Image;
  /** The example that was shown; `change` is whether the result should change as it does. */
  readonly example: { readonly before: Image; readonly after: Image; readonly change: boolean };
  /** Of the input and of the truth, if they are known. */
  readonly captions?: { readonly before: string; readonly after: string };
}

/** Smallest side of a picture that SSIM is defined for, in pixels. */
const SSIM_LEAST = 11;

/** Measures results. Embeddings of pictures and captions that come again are computed once. */
export class Judge {
  private readonly pictures = new WeakMap<Image, Promise<Embedding>>();
  private readonly captions = new Map<string, Promise<Embedding>>();

  constructor(private readonly clip: ClipEncoder | undefined) {}

  async measure(result: Image, { input, truth, example, captions }: Yardstick): Promise<Metrics> {
    const mse = meanSquaredError(result, truth);
    const untouched = meanSquaredError(input, truth);
    const pasted = fitted(example.after, truth);
    const plain = {
      mse,
      ratio: untouched > 0 ? mse / untouched : null,
      psnr: psnr(mse),
      ssim: Math.min(truth.width, truth.height) < SSIM_LEAST ? null : ssim(result, truth),
      gmsd: gmsd(result, truth),
      pixelLeakage: leakage(result.data, truth.data, pasted.data),
    };
    if (!this.clip) return { image: null, directional: null, visual: null, leakage: null, ...plain };
    const change = { before: await this.embed(input), after: await this.embed(result) };
    const shown = { before: await this.embed(example.before), after: await this.embed(example.after) };
    const told = captions && { before: await this.read(captions.before), after: await this.read(captions.after) };
    return {
      image: imageSimilarity(change.before, change.after),
      directional: told ? changeSimilarity(change, told) : null,
      visual: example.change ? changeSimilarity(change, shown) : null,
      leakage: leakage(change.after, await this.embed(truth), shown.after),
      ...plain,
    };
  }

  private embed(picture: Image): Promise<Embedding> {
    const known = this.pictures.get(picture) ?? this.clip!.imageEmbeds(picture);
    this.pictures.set(picture, known);
    return known;
  }

  private read(words: string): Promise<Embedding> {
    const known = this.captions.get(words) ?? this.clip!.textEmbeds(words);
    this.captions.set(words, known);
    return known;
  }
}

/** A picture without transparency, stretched to the size of another. */
export function fitted(image: Image, { width, height }: Pick<Image, "width" | "height">): Image {
  const flat = flatten(image);
  return flat.width === width && flat.height === height ? flat : resize(flat, width, height, "lanczos");
}
