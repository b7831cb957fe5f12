import type { LearnState } from "./learn-state.ts";
import { examine, isExhausted, startOf, step, type Task } from "./learn-task.ts";
import type { Model } from "./model.ts";
import { checkAborted } from "./sample.ts";

/** A step that was gone: the state after it, with a checkpoint where one was due, its losses, and whether it belonged to a trial. */
export interface Moved {
  readonly state: LearnState;
  readonly mse: number;
  readonly clip: number;
  readonly due: boolean;
  readonly tried: boolean;
}

export interface TrialOptions {
  /** Called with how many steps were tried, of how many. */
  readonly onTrial?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** A run's steps, from the state on. Throws `VisiiError("aborted")` by the signal. */
export async function* walk(model: Model, task: Task, state: LearnState, options: TrialOptions): AsyncGenerator<Moved> {
  const undecided = state.step === 0 && task.starts.length > 1;
  const tried = undecided ? await bestTrial(model, task, state, options) : [];
  yield* tried;
  yield* descend(model, task, tried.at(-1)?.state ?? state, task.settings.steps, options);
}

async function* descend(
  model: Model,
  task: Task,
  state: LearnState,
  last: number,
  { signal }: TrialOptions,
): AsyncGenerator<Moved> {
  const { checkpointEvery, steps } = task.settings;
  while (state.step < last && !isExhausted(task, state)) {
    checkAborted(signal);
    const { mse, clip, ...next } = await step(model, task, state);
    state = { ...state, ...next };
    const due = state.step % checkpointEvery === 0 || state.step === steps;
    if (due) state = { ...state, checkpoints: [...state.checkpoints, await examine(model, task, state)] };
    yield { state, mse, clip, due, tried: false };
  }
}

/** What a later start may leave of an earlier one's error to be preferred: one that is hardly ahead often explains the pairs and not the edit (docs/tiny.md). */
const CLEAR_LEAD = 0.7;

/** The first steps from zero, or from another start that is clearly ahead by then; which that is, no look before the first step tells. */
async function bestTrial(model: Model, task: Task, { targets }: LearnState, options: TrialOptions): Promise<Moved[]> {
  const steps = Math.min(task.settings.trialSteps, task.settings.steps);
  let best: { readonly moves: Moved[]; readonly validation: number } | undefined;
  for (const start of task.starts.keys()) {
    const moves: Moved[] = [];
    for await (const moved of descend(model, task, { ...startOf(task, start), targets }, steps, options)) {
      moves.push({ ...moved, tried: true });
      options.onTrial?.(start * steps + moves.length, task.starts.length * steps);
    }
    const { validation } = await examine(model, task, moves.at(-1)!.state);
    if (!best || validation < CLEAR_LEAD * best.validation) best = { moves, validation };
  }
  return best!.moves;
}
