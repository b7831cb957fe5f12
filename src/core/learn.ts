import type { Image } from "../image/pixels.ts";
import type { CandidateOptions } from "./candidates.ts";
import type { CaptionOptions, CaptionSettings } from "./caption.ts";
import type { ClipEncoder } from "./clip.ts";
import { type TrialOptions, walk } from "./descent.ts";
import { editPictures } from "./edit.ts";
import type { Instruction } from "./instruction.ts";
import { decodeState, encodeState, type LearnState } from "./learn-state.ts";
import { bestOf, instructionOf, nextTarget, prepare, startOf, type Task, targetCount } from "./learn-task.ts";
import type { Model } from "./model.ts";
import type { Pair } from "./pairs.ts";
import { checkAborted } from "./sample.ts";
import type { LearnSettings } from "./settings.ts";

export interface LearnOptions extends Partial<LearnSettings>, CandidateOptions, TrialOptions {
  /** One or several pairs that show the same edit. */
  readonly pairs: readonly Pair[];
  /** Words to start from; without any, neutral tokens, or a caption. */
  readonly init?: string;
  /** Where there are no words: to start from a caption of the after pictures (the paper's default), as long as `tokens` says and by this run's seed. */
  readonly initCaption?: CaptionInit;
  /** A state saved by `run.state()`, to go on from. */
  readonly resume?: Uint8Array;
  /** Denoising steps of the before picture edited by each checkpoint; 0 for no previews. @default 0 */
  readonly previewSteps?: number;
  /** Called as the constant targets of a pool are computed, before the first step. */
  readonly onTarget?: (done: number, total: number) => void;
  /** Stops between two steps. */
  readonly signal?: AbortSignal;
}

/** How the caption to start from is found. */
export interface CaptionInit extends Partial<Omit<CaptionSettings, "tokens" | "seed">> {
  /** What looks at the pictures. @default the CLIP that learning compares pictures with */
  readonly clip?: ClipEncoder;
  readonly onStep?: CaptionOptions["onStep"];
}

/** After a step. */
export interface LearnEvent {
  /** Steps done, of `steps`. */
  readonly step: number;
  readonly steps: number;
  /** λ_mse · mse + λ_clip · clip */
  readonly loss: number;
  readonly mse: number;
  readonly clip: number;
  /** Gone while starts were tried, and told when that was over: it took no time of its own. */
  readonly tried?: true;
  /** After every `checkpointEvery` steps and after the last one. */
  readonly checkpoint?: {
    /** Loss on the fixed validation set. */
    readonly validation: number;
    /** Whether it is the one to keep so far. */
    readonly best: boolean;
  };
  /** With a checkpoint, if asked for: the first before picture, edited by it. */
  readonly preview?: Image;
}

/** A learning run: iterate it to make it go on; `result` holds the instruction once it is through. */
export interface LearnRun extends AsyncIterable<LearnEvent> {
  /** The best checkpoint. Rejects with what stopped the run; `VisiiError("aborted")` by the signal. Iterates the run if nobody does. */
  readonly result: Promise<Instruction>;
  /** Everything needed to go on later with `resume`, as of the last step; undefined before anything was begun. */
  state(): Uint8Array | undefined;
  /** What was kept on the way, so far. */
  readonly checkpoints: readonly KeptCheckpoint[];
}

/** An instruction as it was after some step. */
export interface KeptCheckpoint {
  readonly step: number;
  /** Loss on the fixed validation set. */
  readonly validation: number;
  readonly instruction: Instruction;
}

/**
 * Learns the instruction that turns the before pictures into the after pictures: Algorithm 1 of the paper. The same model, pairs, settings and
 * thread count give the same bytes. Throws `VisiiError("usage")` for settings out of range, on the first iteration.
 */
export function learn(model: Model, options: LearnOptions): LearnRun {
  let now: { readonly task: Task; readonly state: LearnState } | undefined;
  let stopped: { readonly by: unknown } | undefined;
  const watched = async function* () {
    try {
      yield* steps(model, options, (task, state) => {
        now = { task, state };
      });
    } catch (error) {
      stopped = { by: error };
      throw error;
    }
  };
  const events = watched();
  const finish = async () => {
    await drain(events);
    if (stopped) throw stopped.by;
    return instructionOf(model, now!.task, now!.state, bestOf(now!.task, now!.state));
  };
  let result: Promise<Instruction> | undefined;
  return {
    [Symbol.asyncIterator]: () => events,
    get result() {
      result ??= finish();
      return result;
    },
    state: () => now && encodeState(now.state, now.task.fingerprint),
    get checkpoints() {
      return (now?.state.checkpoints ?? []).map((checkpoint) => {
        const { step, validation } = checkpoint;
        return { step, validation, instruction: instructionOf(model, now!.task, now!.state, checkpoint) };
      });
    },
  };
}

async function drain(events: AsyncIterator<LearnEvent>): Promise<void> {
  while (!(await events.next()).done);
}

async function* steps(
  model: Model,
  options: LearnOptions,
  keep: (task: Task, state: LearnState) => void,
): AsyncGenerator<LearnEvent> {
  const { signal, resume } = options;
  const task = await prepare(model, options);
  const { settings } = task;
  let state = resume ? await decodeState(resume, task.fingerprint) : startOf(task);
  keep(task, state);
  for (const count = targetCount(task); state.targets.length < count; keep(task, state)) {
    checkAborted(signal);
    state = { ...state, targets: [...state.targets, await nextTarget(model, task, state)] };
    options.onTarget?.(state.targets.length, count);
  }
  for await (const { state: next, mse, clip, due, tried } of walk(model, task, state, options)) {
    state = next;
    keep(task, state);
    const loss = settings.lambdaMse * mse + settings.lambdaClip * clip;
    const event = { step: state.step, steps: settings.steps, loss, mse, clip, ...(tried && { tried }) };
    yield due ? { ...event, ...(await report(model, options, task, state)) } : event;
  }
}

/** What an event says of the latest checkpoint. */
async function report(model: Model, { pairs, previewSteps = 0, signal }: LearnOptions, task: Task, state: LearnState) {
  const latest = state.checkpoints.at(-1)!;
  const checkpoint = { validation: latest.validation, best: bestOf(task, state) === latest };
  if (previewSteps === 0) return { checkpoint };
  const prompt = { ...task.initial, data: latest.promptEmbeds };
  const [preview] = await editPictures(model, [prompt], pairs[0]!.before, {
    steps: previewSteps,
    ...(signal && { signal }),
  });
  return { checkpoint, preview: preview! };
}
