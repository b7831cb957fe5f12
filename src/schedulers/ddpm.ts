import { assertSameLength, weightedSum } from "./noise_schedule.ts";
import { clip, predictOriginal } from "./original.ts";
import { addFreshNoise, positionOf, type Scheduler, type SchedulerParts } from "./scheduler.ts";

const f = Math.fround;

/** Denoising diffusion probabilistic models (arXiv 2006.11239), as diffusers' `DDPMScheduler`; equations are the paper's. */
export class DdpmScheduler implements Scheduler {
  readonly kind = "ddpm";
  readonly schedule: SchedulerParts["schedule"];
  readonly timesteps: Float32Array;
  readonly initNoiseSigma = 1;

  constructor(private readonly parts: SchedulerParts) {
    this.schedule = parts.schedule;
    this.timesteps = parts.allTimesteps.slice(parts.startStep);
  }

  scaleModelInput(sample: Float32Array): Float32Array {
    return sample;
  }

  step(modelOutput: Float32Array, stepIndex: number, sample: Float32Array, noise?: Float32Array): Float32Array {
    assertSameLength(modelOutput, sample);
    const { t, alphaProd, alphaProdPrevious } = this.constantsOf(stepIndex);
    const betaProd = f(1 - alphaProd);
    const betaProdPrevious = f(1 - alphaProdPrevious);
    const alpha = f(alphaProd / alphaProdPrevious);
    const beta = f(1 - alpha);
    const original = predictOriginal(this.schedule.predictionType, modelOutput, sample, this.schedule.level(t));
    clip(original, this.parts.config.clipRange);
    // Equation 7: the mean of the posterior.
    const originalScale = f(f(f(Math.sqrt(alphaProdPrevious)) * beta) / betaProd);
    const sampleScale = f(f(f(Math.sqrt(alpha)) * betaProdPrevious) / betaProd);
    const next = weightedSum(originalScale, original, sampleScale, sample);
    if (!this.needsNoise(stepIndex)) return next;
    const variance = f(f(betaProdPrevious / betaProd) * beta);
    return addFreshNoise(next, noise, f(Math.sqrt(variance)));
  }

  needsNoise(stepIndex: number): boolean {
    // At ᾱ = 1 nothing is left to add (diffusers adds a billionth, lest a logarithm meet zero).
    return this.constantsOf(stepIndex).alphaProdPrevious < 1;
  }

  arrivesAt(stepIndex: number): number {
    return this.parts.allTimesteps[positionOf(this.parts, stepIndex) + 1] ?? 0;
  }

  addNoise(original: Float32Array, noise: Float32Array, timestep: number): Float32Array {
    return this.schedule.addNoise(original, noise, timestep);
  }

  private constantsOf(stepIndex: number): { t: number; alphaProd: number; alphaProdPrevious: number } {
    const { allTimesteps } = this.parts;
    const { alphasCumprod } = this.schedule;
    const position = positionOf(this.parts, stepIndex);
    const isLast = position === allTimesteps.length - 1;
    return {
      t: allTimesteps[position],
      alphaProd: alphasCumprod[allTimesteps[position]],
      alphaProdPrevious: isLast ? 1 : alphasCumprod[allTimesteps[position + 1]],
    };
  }
}
