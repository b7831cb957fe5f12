import { VisiiError } from "../errors.ts";
import type { SchedulerConfig, SchedulerKind } from "./config.ts";
import type { NoiseSchedule } from "./noise_schedule.ts";

/**
 * One sampling run, from noise (or from half-way) to a clean sample. Samples are flat arrays of any shape. The loop:
 *
 *     sample = noise · initNoiseSigma            (or addNoise(original, noise, timesteps[0]) to start half-way)
 *     for (let i = 0; i < timesteps.length; i++) {
 *       output = model(scaleModelInput(sample, i), timesteps[i])
 *       sample = step(output, i, sample, needsNoise(i) ? noise : undefined)
 *     }
 */
export interface Scheduler {
  readonly kind: SchedulerKind;
  readonly schedule: NoiseSchedule;
  /** The timesteps still to be visited, noisiest first; fractional for Euler with "linspace". Step indices count from its front. */
  readonly timesteps: Float32Array;
  /** The standard deviation of the sample that a run from pure noise starts with. */
  readonly initNoiseSigma: number;
  /** What the model is shown in place of `sample`. */
  scaleModelInput(sample: Float32Array, stepIndex: number): Float32Array;
  /**
   * The sample after this step. Steps are taken in order.
   * @param noise Standard normals as many as `sample` has values; wanted where `needsNoise(stepIndex)`, ignored elsewhere.
   * @throws {VisiiError} `usage` when a wanted noise is missing, or sizes differ.
   */
  step(modelOutput: Float32Array, stepIndex: number, sample: Float32Array, noise?: Float32Array): Float32Array;
  /** Whether this step adds fresh noise. */
  needsNoise(stepIndex: number): boolean;
  /** The timestep t′ that this step arrives at; 0 for the last. With fixed noise the step adds ε(round t′). */
  arrivesAt(stepIndex: number): number;
  /** `original` with noise mixed in as this sampler's samples have it at `timestep`. */
  addNoise(original: Float32Array, noise: Float32Array, timestep: number): Float32Array;
}

/** What every sampler is made from. */
export interface SchedulerParts {
  readonly config: SchedulerConfig;
  readonly schedule: NoiseSchedule;
  /** All timesteps of the run, before any were left out. */
  readonly allTimesteps: Float32Array;
  /** How many steps at the noisy end are left out (0 for a whole run). */
  readonly startStep: number;
}

/** The position in the whole run of a step index; throws `usage` when there is no such step. */
export function positionOf({ allTimesteps, startStep }: SchedulerParts, stepIndex: number): number {
  const steps = allTimesteps.length - startStep;
  if (!Number.isInteger(stepIndex) || stepIndex < 0 || stepIndex >= steps) {
    throw new VisiiError("usage", `step: expected an index from 0 to ${steps - 1}, got ${stepIndex}`, { stepIndex });
  }
  return startStep + stepIndex;
}

/** `sample` plus `scale` times the noise, in place; throws `usage` when the noise is missing or of another size. */
export function addFreshNoise(sample: Float32Array, noise: Float32Array | undefined, scale: number): Float32Array {
  if (noise?.length !== sample.length) {
    const got = noise === undefined ? "none" : `${noise.length} values`;
    throw new VisiiError("usage", `step: expected noise of ${sample.length} values, got ${got}`);
  }
  for (let i = 0; i < sample.length; i++) sample[i] += Math.fround(scale * noise[i]);
  return sample;
}
