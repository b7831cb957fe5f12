import { VisiiError } from "../errors.ts";
import { createScheduler } from "../schedulers/index.ts";
import type { Latents, Model } from "./model.ts";
import { noiseSource } from "./noise.ts";
import { type PromptEmbeds, scalePrompt } from "./prompt.ts";
import type { EditSettings } from "./settings.ts";

export interface SampleOptions {
  readonly settings: EditSettings;
  /** Seeds the noise; differs from `settings.seed` where the training's noises are used again. */
  readonly noiseSeed: number;
  readonly signal?: AbortSignal | undefined;
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
  { settings, noiseSeed, signal }: SampleOptions,
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
  const scheduler = createScheduler(config, settings.steps);
  const noise = noiseSource(settings.noise, noiseSeed, imageLatents.data.length);
  let latents = noise.initial(scheduler);
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
  const { scalingFactor } = vae.config;
  return { ...imageLatents, data: latents.map((x) => x / scalingFactor) };
}
