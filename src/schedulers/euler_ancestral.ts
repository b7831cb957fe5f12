import { assertSameLength, weightedSum } from "./noise_schedule.ts";
import { addFreshNoise, positionOf, type Scheduler, type SchedulerParts } from "./scheduler.ts";

const f = Math.fround;

/** Euler's method with ancestral noise, as diffusers' `EulerAncestralDiscreteScheduler`. Its samples are x₀ + sigma · ε. */
export class EulerAncestralScheduler implements Scheduler {
  readonly kind = "euler-ancestral";
  readonly schedule: SchedulerParts["schedule"];
  readonly timesteps: Float32Array;
  readonly initNoiseSigma: number;
  /** Of the whole run, with a 0 at the end. */
  private readonly sigmas: Float32Array;

  constructor(private readonly parts: SchedulerParts) {
    const { allTimesteps, schedule, config, startStep } = parts;
    this.schedule = schedule;
    this.timesteps = allTimesteps.slice(startStep);
    this.sigmas = Float32Array.from([...Array.from(allTimesteps, (t) => schedule.sigmaAt(t)), 0]);
    const largest = this.sigmas[0];
    this.initNoiseSigma = config.timestepSpacing === "leading" ? hypotenuse(largest) : largest;
  }

  scaleModelInput(sample: Float32Array, stepIndex: number): Float32Array {
    const scale = hypotenuse(this.sigmas[positionOf(this.parts, stepIndex)]);
    return sample.map((x) => x / scale);
  }

  step(modelOutput: Float32Array, stepIndex: number, sample: Float32Array, noise?: Float32Array): Float32Array {
    assertSameLength(modelOutput, sample);
    const { from, up, down } = this.sigmasOf(stepIndex);
    const original = this.originalFrom(modelOutput, sample, from);
    const dt = f(down - from);
    const next = sample.map((x, i) => {
      const derivative = f(f(x - original[i]) / from);
      return x + f(derivative * dt);
    });
    return up > 0 ? addFreshNoise(next, noise, up) : next;
  }

  needsNoise(stepIndex: number): boolean {
    return this.sigmasOf(stepIndex).up > 0;
  }

  arrivesAt(stepIndex: number): number {
    return this.parts.allTimesteps[positionOf(this.parts, stepIndex) + 1] ?? 0;
  }

  addNoise(original: Float32Array, noise: Float32Array, timestep: number): Float32Array {
    return weightedSum(1, original, f(this.schedule.sigmaAt(timestep)), noise);
  }

  /** sigma before the step, sigma that Euler's step goes down to, and sigma of the noise that brings it up again. */
  private sigmasOf(stepIndex: number): { from: number; up: number; down: number } {
    const position = positionOf(this.parts, stepIndex);
    const from = this.sigmas[position];
    const to = this.sigmas[position + 1];
    const from2 = f(from * from);
    const to2 = f(to * to);
    const up = f(Math.sqrt(f(f(to2 * f(from2 - to2)) / from2)));
    return { from, up, down: f(Math.sqrt(f(to2 - f(up * up)))) };
  }

  private originalFrom(output: Float32Array, sample: Float32Array, sigma: number): Float32Array {
    if (this.schedule.predictionType === "epsilon") return weightedSum(1, sample, -sigma, output);
    const outputScale = f(-sigma / hypotenuse(sigma));
    const sampleScale = f(f(sigma * sigma) + 1);
    return sample.map((x, i) => f(output[i] * outputScale) + f(x / sampleScale));
  }
}

/** sqrt(sigma² + 1) in float32. */
function hypotenuse(sigma: number): number {
  return f(Math.sqrt(f(f(sigma * sigma) + 1)));
}
