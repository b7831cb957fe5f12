import { VisiiError } from "../errors.ts";
import type { SchedulerConfig } from "./config.ts";
import { DdimScheduler } from "./ddim.ts";
import { DdpmScheduler } from "./ddpm.ts";
import { DpmSolverScheduler } from "./dpm_solver.ts";
import { EulerAncestralScheduler } from "./euler_ancestral.ts";
import { NoiseSchedule } from "./noise_schedule.ts";
import type { Scheduler } from "./scheduler.ts";
import { spreadTimesteps } from "./timesteps.ts";

export interface SchedulerOptions {
  /** How many of the noisiest steps to leave out, 0 to `steps`, to start half-way (SDEdit). @default 0 */
  readonly startStep?: number;
  /** DDIM's η, the part of DDPM's noise that each step adds, 0 to 1; other samplers ignore it. @default 0, as in diffusers */
  readonly eta?: number;
}

/**
 * A sampling run of `steps` steps.
 *
 * @param steps 1 to the number of training timesteps.
 * @throws {VisiiError} `usage` when a number is out of range; `model` when the configuration cannot give that many steps.
 */
export function createScheduler(config: SchedulerConfig, steps: number, options: SchedulerOptions = {}): Scheduler {
  const { startStep = 0, eta = 0 } = options;
  const allTimesteps = spreadTimesteps(config, steps);
  if (!Number.isInteger(startStep) || startStep < 0 || startStep > steps) {
    throw new VisiiError("usage", `start step: expected 0 to ${steps}, got ${startStep}`, { startStep });
  }
  if (!(eta >= 0 && eta <= 1)) throw new VisiiError("usage", `eta: expected 0 to 1, got ${eta}`, { eta });
  const parts = { config, schedule: new NoiseSchedule(config), allTimesteps, startStep };
  switch (config.kind) {
    case "ddpm":
      return new DdpmScheduler(parts);
    case "ddim":
      return new DdimScheduler(parts, eta);
    case "euler-ancestral":
      return new EulerAncestralScheduler(parts);
    case "dpm-solver++":
      return new DpmSolverScheduler(parts);
  }
}

/**
 * The start step that gives an image-to-image run of `steps` steps the wanted strength, as diffusers counts it.
 *
 * @param strength 0 (nothing changes, no step is left) to 1 (all steps, from pure noise).
 */
export function startStepFor(strength: number, steps: number): number {
  if (!(strength >= 0 && strength <= 1)) {
    throw new VisiiError("usage", `strength: expected 0 to 1, got ${strength}`, { strength });
  }
  return steps - Math.floor(steps * strength);
}
