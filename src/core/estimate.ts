import { costOf, type Tensor } from "../graph/index.ts";
import { modelSize } from "../image/fit.ts";
import type { Image } from "../image/pixels.ts";
import {
  branchWeights,
  candidatesJob,
  constantTargetJob,
  decodeJob,
  denoiseJob,
  encodeJob,
  learnStepJob,
  type Size,
  validateJob,
} from "../jobs/index.ts";
import { CANDIDATES_AT_ONCE } from "./candidates.ts";
import { stepsGivenUp } from "./effort.ts";
import type { Model } from "./model.ts";
import type { EditSettings, LearnSettings } from "./settings.ts";
import { ENCODED, sideFor } from "./to-pixels.ts";

/** What a job will take on the processor, found from the shapes of its graphs before any of them runs. */
export interface Estimate {
  /** Of memory, at its peak; rather too much than too little. */
  readonly bytes: number;
  /** Two for every multiply-accumulate. */
  readonly flops: number;
}

/** A graph, how often it runs, and how many times its weights lie in memory. */
type Run = readonly [graph: Readonly<Record<string, Tensor>>, times: number, copies: number];

/** The process itself, the runtime, and pictures. */
const BASE = 0.4e9;

/**
 * The rest was fitted to what `bench/performance.ts` measured at 256² and 512². Forward, weights mostly lie where the files have them; a gradient needs
 * another order, and `lowMemory` leaves some where they are.
 */
const [FORWARD, GRADIENT, GRADIENT_LOW_MEMORY] = [1.1, 1.9, 1.7];

/** Memory for intermediate values against the least that is possible: buffers within operators, and gaps between values. */
const SLACK = 2.5;

/** Learning from a picture of this size; {@link LearnSettings} say how many steps, how often checkpoints are measured, and so on. */
export function estimateLearning(
  model: Model,
  picture: Pick<Image, "width" | "height">,
  settings: LearnSettings,
  { lowMemory = false }: { readonly lowMemory?: boolean | undefined } = {},
): Estimate {
  const { unet, text, softWords } = model.parts;
  const tokens = text.config.positions;
  const { steps, batch, guidedLoss, targetPool, checkpointEvery, validation, space, candidates, errors } = settings;
  const { pixels, latents } = sizes(model, picture, settings.resolution);
  const small = sideFor(model.multiple);
  const pooled = guidedLoss && targetPool > 0;
  const shape = { size: latents, tokens, batch, guided: guidedLoss && !pooled };
  const search: Run[] =
    softWords && space === "soft-words"
      ? [
          [
            candidatesJob(unet, softWords, latents, tokens, CANDIDATES_AT_ONCE),
            Math.ceil(candidates / CANDIDATES_AT_ONCE),
            FORWARD,
          ],
        ]
      : [];
  return total([
    [encodeJob(model.parts.vae, pixels), 2, FORWARD],
    [encodeJob(model.parts.vae, { height: small, width: small }), errors === "pixels" ? ENCODED : 0, FORWARD],
    ...search,
    [constantTargetJob(unet, latents, tokens), pooled ? Math.min(targetPool, steps * batch) : 0, FORWARD],
    [learnStepJob(unet, undefined, shape), steps + stepsGivenUp(settings), lowMemory ? GRADIENT_LOW_MEMORY : GRADIENT],
    [validateJob(unet, latents, tokens, validation), Math.ceil(steps / checkpointEvery), FORWARD],
  ]);
}

/** Editing one picture of this size. */
export function estimateEdit(model: Model, picture: Pick<Image, "width" | "height">, settings: EditSettings): Estimate {
  const { unet, vae, text } = model.parts;
  const { pixels, latents } = sizes(model, picture, settings.resolution);
  const branches = [...branchWeights(settings.guidanceScale, settings.imageGuidanceScale).keys()];
  return total([
    [encodeJob(vae, pixels), 1, FORWARD],
    [denoiseJob(unet, latents, text.config.positions, branches), settings.steps, FORWARD],
    [decodeJob(vae, latents), 1, FORWARD],
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
  const costs = runs
    .filter(([, times]) => times > 0)
    .map(([graph, times, copies]) => ({ ...costOf(graph), times, copies }));
  const bytes = costs.map(({ parameterBytes, peakBytes, copies }) => copies * parameterBytes + SLACK * peakBytes);
  return { bytes: BASE + Math.max(...bytes), flops: costs.reduce((sum, { flops, times }) => sum + flops * times, 0) };
}
