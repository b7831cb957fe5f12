import { Generator, noiseFor } from "../rng/index.ts";
import type { Scheduler } from "../schedulers/index.ts";
import type { EditSettings } from "./settings.ts";

/** Where a sampling run gets its noise from. */
export interface NoiseSource {
  /** The latents to start from. */
  initial(scheduler: Scheduler): Float32Array;
  /** Standard normals in their place, to be mixed into a picture where a run starts half-way. */
  standard(scheduler: Scheduler): Float32Array;
  /** What step `index` adds. */
  step(scheduler: Scheduler, index: number): Float32Array;
}

function scaled(noise: Float32Array, sigma: number): Float32Array {
  return noise.map((x) => x * sigma);
}

/**
 * `size` values a time. "random": one stream, as diffusers draws it with `torch.Generator("cpu").manual_seed(seed)`. "fixed": the noises of
 * training, the one of the timestep where the run starts, then those of the timesteps where its steps arrive (paper, figure 8). "authors": the
 * training's noises 0, 1, 2, …, the first not scaled, whatever the timesteps are.
 */
export function noiseSource(kind: EditSettings["noise"], seed: number, size: number): NoiseSource {
  if (kind === "random") {
    const generator = new Generator(seed);
    return {
      initial: ({ initNoiseSigma }) => scaled(generator.randn(size), initNoiseSigma),
      standard: () => generator.randn(size),
      step: () => generator.randn(size),
    };
  }
  if (kind === "authors") {
    const at = (index: number) => noiseFor(seed, index, size);
    return { initial: () => at(0), standard: () => at(0), step: (_, index) => at(index) };
  }
  const at = (timestep: number) => noiseFor(seed, Math.round(timestep), size);
  return {
    initial: ({ timesteps, initNoiseSigma }) => scaled(at(timesteps[0]!), initNoiseSigma),
    standard: ({ timesteps }) => at(timesteps[0]!),
    step: (scheduler, index) => at(scheduler.arrivesAt(index)),
  };
}
