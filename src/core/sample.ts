import { VisiiError } from "../errors.ts";
import { createScheduler, type Scheduler, startStepFor } from "../schedulers/index.ts";
import type { Latents, Model } from "./model.ts";
import { noiseSource } from "./noise.ts";
import { type PromptEmbeds, scalePrompt } from "./prompt.ts";
import type { EditSettings } from "./settings.ts";

export interface SampleOptions {
  readonly settings: EditSettings;
  /** Seeds the noise; differs from `settings.seed` where the training's noises are used again. */
  readonly noiseSeed: number;
  readonly signal?: AbortSignal | undefined;
  /** To start from a picture with noise in it instead of from noise alone (SDEdit). */
  readonly from?: HalfWay;
}

/** A picture to start from. */
export interface HalfWay {
  /** Its latents, not scaled. */
  readonly latents: Float32Array;
  /** Share of the steps that are taken: 0 leaves it as it is, 1 forgets it. */
  readonly strength: number;
}

/** Throws `VisiiError("aborted")` once the signal has fired. */
export function checkAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new VisiiError("aborted", "Stopped.", {}, { cause: signal.reason });
}

/**
 * Edits the picture whose latents are given, as diffusers' `StableDiffusionInstructPix2PixPipeline` does: yields after every step, returns the
 * edited picture's latents, ready to be decoded.
 */
export async function* sample(
  model: Model,
  prompt: PromptEmbeds,
  imageLatents: Latents,
  { settings, noiseSeed, signal, from }: SampleOptions,
): AsyncGenerator<{ step: number; steps: number }, Latents> {
  const { scheduler: config, vae } = model.parts;
  const nothing = await model.nullPrompt();
  // 1. The instruction
  const feeds = {
    image_latents: imageLatents.data,
    prompt_embeds: scalePrompt(prompt, nothing, settings.strength).data,
    null_embeds: nothing.data,
  };
  // 2. Timesteps and noise
  const { scalingFactor } = vae.config;
  const startStep = from ? startStepFor(from.strength, settings.steps) : 0;
  const scheduler = createScheduler(config, settings.steps, { startStep });
  const noise = noiseSource(settings.noise, noiseSeed, imageLatents.data.length);
  const original = from?.latents.map((x) => x * scalingFactor);
  let latents = original ? mixed(scheduler, original, noise.standard(scheduler)) : noise.initial(scheduler);
  // 3. Denoising
  for (const [i, timestep] of scheduler.timesteps.entries()) {
    checkAborted(signal);
    const sampleIn = scheduler.scaleModelInput(latents, i);
    const prediction = await model.denoise(imageLatents, settings, {
      ...feeds,
      sample: sampleIn,
      timestep: Float32Array.of(timestep),
    });
    latents = scheduler.step(prediction, i, latents, scheduler.needsNoise(i) ? noise.step(scheduler, i) : undefined);
    yield { step: i + 1, steps: scheduler.timesteps.length };
  }
  // 4. Back to the autoencoder's scale
  return { ...imageLatents, data: latents.map((x) => x / scalingFactor) };
}

/** A picture as the run's first step expects it; itself where there is no step. */
function mixed(scheduler: Scheduler, original: Float32Array, noise: Float32Array): Float32Array {
  const [first] = scheduler.timesteps;
  return first === undefined ? original : scheduler.addNoise(original, noise, first);
}
