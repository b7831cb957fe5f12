import { costOf, type Tensor } from "../graph/index.ts";
import { modelSize } from "../image/fit.ts";
import type { Image } from "../image/pixels.ts";
import {
  branchWeights,
  constantTargetJob,
  decodeJob,
  denoiseJob,
  encodeJob,
  learnStepJob,
  type Size,
  validateJob,
} from "../jobs/index.ts";
import type { Model } from "./model.ts";
import type { EditSettings, LearnSettings } from "./settings.ts";

/** What a job will take on the processor, found from the shapes of its graphs before any of them runs. */
export interface Estimate {
  /** Of memory, at its peak; rather too much than too little. */
  readonly bytes: number;
  /** Two for every multiply-accumulate. */
  readonly flops: number;
}

/** A graph, and how often it runs. */
type Run = readonly [graph: Readonly<Record<string, Tensor>>, times: number];

/** The process itself, the runtime, and pictures. */
const BASE = 0.4e9;

/** Weights in memory against weights in files: the runtime keeps its own copy in the order that its kernels like, a gradient's another. */
const COPIES = 2.3;

/** Learning from a picture of this size; {@link LearnSettings} say how many steps, how often checkpoints are measured, and so on. */
export function estimateLearning(
  model: Model,
  picture: Pick<Image, "width" | "height">,
  settings: LearnSettings,
): Estimate {
  const { unet, text } = model.parts;
  const tokens = text.config.positions;
  const { steps, batch, guidedLoss, targetPool, checkpointEvery, validation } = settings;
  const { pixels, latents } = sizes(model, picture, settings.resolution);
  const pooled = guidedLoss && targetPool > 0;
  const shape = { size: latents, tokens, batch, guided: guidedLoss && !pooled };
  return total([
    [encodeJob(model.parts.vae, pixels), 2],
    [constantTargetJob(unet, latents, tokens), pooled ? Math.min(targetPool, steps * batch) : 0],
    [learnStepJob(unet, undefined, shape), steps],
    [validateJob(unet, latents, tokens, validation), Math.ceil(steps / checkpointEvery)],
  ]);
}

/** Editing one picture of this size. */
export function estimateEdit(model: Model, picture: Pick<Image, "width" | "height">, settings: EditSettings): Estimate {
  const { unet, vae, text } = model.parts;
  const { pixels, latents } = sizes(model, picture, settings.resolution);
  const branches = [...branchWeights(settings.guidanceScale, settings.imageGuidanceScale).keys()];
  return total([
    [encodeJob(vae, pixels), 1],
    [denoiseJob(unet, latents, text.config.positions, branches), settings.steps],
    [decodeJob(vae, latents), 1],
  ]);
}

function sizes(model: Model, { width, height }: Pick<Image, "width" | "height">, resolution: number) {
  const [w, h] = modelSize(width, height, { resolution, multiple: model.multiple });
  const { factor } = model.parts.vae.config;
  const pixels: Size = { height: h, width: w };
  const latents: Size = { height: h / factor, width: w / factor };
  return { pixels, latents };
}

function total(runs: readonly Run[]): Estimate {
  const costs = runs.filter(([, times]) => times > 0).map(([graph, times]) => ({ ...costOf(graph), times }));
  const bytes = Math.max(...costs.map(({ parameterBytes, peakBytes }) => COPIES * parameterBytes + peakBytes));
  return { bytes: BASE + bytes, flops: costs.reduce((sum, { flops, times }) => sum + flops * times, 0) };
}
