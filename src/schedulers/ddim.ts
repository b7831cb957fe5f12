import { assertSameLength, type NoiseLevel, weightedSum } from "./noise_schedule.ts";
import { clip, predictOriginal } from "./original.ts";
import { addFreshNoise, positionOf, type Scheduler, type SchedulerParts } from "./scheduler.ts";

const f = Math.fround;

/** Denoising diffusion implicit models (arXiv 2010.02502), as diffusers' `DDIMScheduler`; equations are the paper's. */
export class DdimScheduler implements Scheduler {
  readonly kind = "ddim";
  readonly schedule: SchedulerParts["schedule"];
  readonly timesteps: Float32Array;
  readonly initNoiseSigma = 1;

  /** @param eta η, the part of DDPM's noise that each step adds, 0 (none) to 1. */
  constructor(
    private readonly parts: SchedulerParts,
    private readonly eta: number,
  ) {
    this.schedule = parts.schedule;
    this.timesteps = parts.allTimesteps.slice(parts.startStep);
  }

  scaleModelInput(sample: Float32Array): Float32Array {
    return sample;
  }

  step(modelOutput: Float32Array, stepIndex: number, sample: Float32Array, noise?: Float32Array): Float32Array {
    assertSameLength(modelOutput, sample);
    const { level, alphaProdPrevious, deviation } = this.constantsOf(stepIndex);
    const { predictionType } = this.schedule;
    const original = predictOriginal(predictionType, modelOutput, sample, level);
    clip(original, this.parts.config.clipRange);
    const epsilon =
      predictionType === "epsilon" ? modelOutput : weightedSum(level.alpha, modelOutput, level.sigma, sample);
    // Equation 12: predicted x₀, direction pointing to x_t, random noise.
    const direction = f(Math.sqrt(f(f(1 - alphaProdPrevious) - f(deviation * deviation))));
    const next = weightedSum(f(Math.sqrt(alphaProdPrevious)), original, direction, epsilon);
    return deviation > 0 ? addFreshNoise(next, noise, deviation) : next;
  }

  needsNoise(stepIndex: number): boolean {
    return this.constantsOf(stepIndex).deviation > 0;
  }

  arrivesAt(stepIndex: number): number {
    return Math.max(0, this.previousTimestep(stepIndex));
  }

  addNoise(original: Float32Array, noise: Float32Array, timestep: number): Float32Array {
    return this.schedule.addNoise(original, noise, timestep);
  }

  /** May be negative: past the cleanest timestep. Not always the next of `timesteps`, which is diffusers' way with "linspace". */
  private previousTimestep(stepIndex: number): number {
    const { allTimesteps } = this.parts;
    return allTimesteps[positionOf(this.parts, stepIndex)] - Math.floor(this.schedule.length / allTimesteps.length);
  }

  private constantsOf(stepIndex: number): { level: NoiseLevel; alphaProdPrevious: number; deviation: number } {
    const { alphasCumprod } = this.schedule;
    const t = this.parts.allTimesteps[positionOf(this.parts, stepIndex)];
    const previous = this.previousTimestep(stepIndex);
    const alphaProd = alphasCumprod[t];
    const final = this.parts.config.setAlphaToOne ? 1 : alphasCumprod[0];
    const alphaProdPrevious = previous >= 0 ? alphasCumprod[previous] : final;
    // Equation 16.
    const variance = f(f(f(1 - alphaProdPrevious) / f(1 - alphaProd)) * f(1 - f(alphaProd / alphaProdPrevious)));
    const deviation = this.eta === 0 ? 0 : f(f(this.eta) * f(Math.sqrt(variance)));
    return { level: this.schedule.level(t), alphaProdPrevious, deviation };
  }
}
