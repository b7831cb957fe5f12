import type { LearnSettings } from "./settings.ts";

/** Passes of one noised sample through the UNet. */
export interface Effort {
  readonly forward: number;
  readonly backward: number;
}

/** Steps of a trial from the start that is not gone on from. */
export function stepsGivenUp({ space, candidates, trialSteps, steps }: LearnSettings): number {
  return space === "soft-words" && candidates > 1 ? Math.min(trialSteps, steps) : 0;
}

/**
 * What learning takes, everything counted: candidates to start from, each for one pair, the steps, and those that a trial gives up, the guided loss's constant branches or the pool's targets, and the validation set at every
 * checkpoint and after a trial. `steps` is how many were taken, where patience has ended the run.
 */
export function learningEffort(settings: LearnSettings, steps = settings.steps): Effort {
  const { batch, guidedLoss, targetPool, validation, checkpointEvery, space } = settings;
  const candidates = space === "soft-words" ? settings.candidates : 0;
  const givenUp = stepsGivenUp(settings);
  const samples = (steps + givenUp) * batch;
  const pool = guidedLoss ? Math.min(targetPool, settings.steps * batch) : 0;
  const constant = pool > 0 ? 2 * pool : guidedLoss ? 2 * samples : 0;
  return {
    forward:
      candidates + samples + constant + validation * (Math.ceil(steps / checkpointEvery) + (givenUp > 0 ? 2 : 0)),
    backward: samples,
  };
}
