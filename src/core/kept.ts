import type { LearnSettings } from "./settings.ts";

/** What a checkpoint is judged by. */
export interface Measured {
  readonly step: number;
  /** Loss on the fixed validation set. */
  readonly validation: number;
}

/**
 * The checkpoint that is the result, the earliest of equals: that with the lowest validation loss or, as the authors' code has it, with the lowest loss of its
 * own step, of `losses`. Undefined where there are none.
 */
export function keptOf<C extends Measured>(
  checkpoints: readonly C[],
  losses: readonly number[],
  keep: LearnSettings["keep"],
): C | undefined {
  const score = ({ step, validation }: C) => (keep === "loss" ? (losses[step - 1] ?? Infinity) : validation);
  return checkpoints.reduce<C | undefined>(
    (best, next) => (best === undefined || score(next) < score(best) ? next : best),
    undefined,
  );
}
