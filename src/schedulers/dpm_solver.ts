import { assertSameLength, type NoiseLevel, weightedSum } from "./noise_schedule.ts";
import { predictOriginal } from "./original.ts";
import { positionOf, type Scheduler, type SchedulerParts } from "./scheduler.ts";

const f = Math.fround;

/** DPM-Solver++(2M) (arXiv 2211.01095, algorithm 2), as diffusers' `DPMSolverMultistepScheduler` with its default solver. */
export class DpmSolverScheduler implements Scheduler {
  readonly kind = "dpm-solver++";
  readonly schedule: SchedulerParts["schedule"];
  readonly timesteps: Float32Array;
  readonly initNoiseSigma = 1;
  /** Of the whole run, with a 0 at the end. */
  private readonly sigmas: Float32Array;
  /** x₀ as this step and the one before predicted it, by step index. */
  private readonly originals = new Map<number, Float32Array>();

  constructor(private readonly parts: SchedulerParts) {
    const { allTimesteps, schedule, startStep } = parts;
    this.schedule = schedule;
    this.timesteps = allTimesteps.slice(startStep);
    this.sigmas = Float32Array.from([...Array.from(allTimesteps, (t) => schedule.sigmaAt(t)), 0]);
  }

  scaleModelInput(sample: Float32Array): Float32Array {
    return sample;
  }

  /** Looks back one step: of second order when the step before was taken too, of first order otherwise. */
  step(modelOutput: Float32Array, stepIndex: number, sample: Float32Array): Float32Array {
    assertSameLength(modelOutput, sample);
    const position = positionOf(this.parts, stepIndex);
    const from = levelOf(this.sigmas[position]);
    const to = levelOf(this.sigmas[position + 1]);
    const h = f(halfLogSnr(to) - halfLogSnr(from));
    const original = predictOriginal(this.schedule.predictionType, modelOutput, sample, from);
    const sampleScale = f(to.sigma / from.sigma);
    const originalScale = f(to.alpha * f(f(Math.exp(-h)) - 1));
    const next = weightedSum(sampleScale, sample, -originalScale, original);

    const before = this.originals.get(stepIndex - 1);
    this.originals.set(stepIndex, original).delete(stepIndex - 2);
    // The last step arrives at sigma = 0, where the second order's logarithms do not exist.
    if (before === undefined || to.sigma === 0) return next;
    const hBefore = f(halfLogSnr(from) - halfLogSnr(levelOf(this.sigmas[position - 1])));
    const inverseRatio = f(1 / f(hBefore / h));
    const correction = f(0.5 * originalScale);
    return next.map((x, i) => x - f(correction * f(inverseRatio * f(original[i] - before[i]))));
  }

  needsNoise(): boolean {
    return false;
  }

  arrivesAt(stepIndex: number): number {
    return this.parts.allTimesteps[positionOf(this.parts, stepIndex) + 1] ?? 0;
  }

  addNoise(original: Float32Array, noise: Float32Array, timestep: number): Float32Array {
    const { alpha, sigma } = levelOf(f(this.schedule.sigmaAt(timestep)));
    return weightedSum(alpha, original, sigma, noise);
  }
}

function levelOf(ratio: number): NoiseLevel {
  const alpha = f(1 / f(Math.sqrt(f(f(ratio * ratio) + 1))));
  return { alpha, sigma: f(ratio * alpha) };
}

/** λ = log(alpha / sigma). */
function halfLogSnr({ alpha, sigma }: NoiseLevel): number {
  return f(f(Math.log(alpha)) - f(Math.log(sigma)));
}
