import { VisiiError } from "../errors.ts";
import type { Image } from "../image/pixels.ts";
import { editPictures } from "./edit.ts";
import { Instruction } from "./instruction.ts";
import { type Draw, Noiser, plan, validationPlan } from "./learn-plan.ts";
import { type Checkpoint, decodeState, encodeState, type LearnState } from "./learn-state.ts";
import type { Model } from "./model.ts";
import { type EncodedPairs, encodePairs, type Pair } from "./pairs.ts";
import { neutralWords, type PromptEmbeds } from "./prompt.ts";
import { checkAborted } from "./sample.ts";
import { type LearnSettings, settle } from "./settings.ts";
import { SOFTWARE } from "./version.ts";

export interface LearnOptions extends Partial<LearnSettings> {
  /** One or several pairs that show the same edit. */
  readonly pairs: readonly Pair[];
  /** Words to start from; without any, neutral tokens. */
  readonly init?: string;
  /** A state saved by `run.state()`, to go on from. */
  readonly resume?: Uint8Array;
  /** Denoising steps of the before picture edited by each checkpoint; 0 for no previews. @default 0 */
  readonly previewSteps?: number;
  /** Stops between two steps. */
  readonly signal?: AbortSignal;
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
  /** After every `checkpointEvery` steps and after the last one. */
  readonly checkpoint?: {
    /** Loss on the fixed validation set. */
    readonly validation: number;
    /** Whether it is the lowest so far. */
    readonly best: boolean;
    /** The first before picture, edited by this checkpoint. */
    readonly preview?: Image;
  };
}

/** A learning run: iterate it to make it go on; `result` holds the instruction once it is through. */
export interface LearnRun extends AsyncIterable<LearnEvent> {
  /** The best checkpoint. Rejects with what stopped the run; `VisiiError("aborted")` by the signal. Iterates the run if nobody does. */
  readonly result: Promise<Instruction>;
  /** Everything needed to go on later with `resume`, as of the last step; undefined before the first. */
  state(): Uint8Array | undefined;
}

/**
 * Learns the instruction that turns the before pictures into the after pictures: Algorithm 1 of the paper. The same model, pairs, settings and
 * thread count give the same bytes. Throws `VisiiError("usage")` for settings out of range, on the first iteration.
 */
export function learn(model: Model, options: LearnOptions): LearnRun {
  const run = new Run(model, options);
  let events: AsyncGenerator<LearnEvent, Instruction> | undefined;
  let result: Promise<Instruction> | undefined;
  const start = () => {
    events ??= run.steps();
    return events;
  };
  const drain = async () => {
    const iterator = start();
    let state = await iterator.next();
    while (!state.done) state = await iterator.next();
    return run.finished ?? state.value;
  };
  return {
    [Symbol.asyncIterator]: () => start(),
    get result() {
      result ??= drain();
      return result;
    },
    state: () => run.encodedState(),
  };
}

class Run {
  finished: Instruction | undefined;
  private current: LearnState | undefined;
  private fingerprint = "";

  constructor(
    private readonly model: Model,
    private readonly options: LearnOptions,
  ) {}

  encodedState(): Uint8Array | undefined {
    return this.current && encodeState(this.current, this.fingerprint);
  }

  async *steps(): AsyncGenerator<LearnEvent, Instruction> {
    const { model, options } = this;
    const settings = settle(model.parts.learnDefaults, options);
    const initial = await this.initialPrompt(settings);
    const pairs = await encodePairs(model, options.pairs, settings.resolution);
    this.fingerprint = await fingerprintOf(model, settings, initial, pairs);
    const fixed = await this.fixedFeeds(settings, initial, pairs);
    const noiser = new Noiser(model.parts.scheduler, pairs, settings.seed);
    const steps = plan(settings, pairs.after.length, noiser.timesteps);
    const examined = validationPlan(settings, pairs.after.length, noiser.timesteps);

    let state: LearnState = options.resume ? await decodeState(options.resume, this.fingerprint) : startOf(initial);
    while (state.step < settings.steps) {
      checkAborted(options.signal);
      const { mse, clip, ...next } = await this.step(state, steps[state.step]!, settings, noiser, fixed, pairs);
      state = { ...state, ...next, step: state.step + 1, losses: [...state.losses, round(mse)] };
      const due = state.step % settings.checkpointEvery === 0 || state.step === settings.steps;
      if (due)
        state = { ...state, checkpoints: [...state.checkpoints, await this.examine(state, examined, noiser, pairs)] };
      this.current = state;
      const loss = settings.lambdaMse * mse + settings.lambdaClip * clip;
      const event = { step: state.step, steps: settings.steps, loss, mse, clip };
      yield due ? { ...event, checkpoint: await this.report(state, initial) } : event;
    }
    this.finished = this.instruction(state, initial, settings);
    return this.finished;
  }

  private async initialPrompt(settings: LearnSettings): Promise<PromptEmbeds & { words: string }> {
    const words = this.options.init?.trim() || neutralWords(settings.tokens);
    const prompt = await this.model.prompt(words);
    if (prompt.span.end <= prompt.span.start)
      throw new VisiiError("usage", `"${words}" holds no token to learn; give other words, or none.`);
    return { ...prompt, words };
  }

  /** What no step changes. */
  private async fixedFeeds(settings: LearnSettings, { tokens, span }: PromptEmbeds, { direction }: EncodedPairs) {
    const moves = Float32Array.from({ length: tokens }, (_, row) => Number(row >= span.start && row < span.end)); // [1, T, 1]
    const one = (x: number) => Float32Array.of(x);
    return {
      moves,
      lambda_mse: one(settings.lambdaMse),
      lambda_clip: one(settings.lambdaClip),
      gradient_clip: one(settings.gradientClip ?? 3e38),
      ...(direction && { direction }),
      null_embeds: (await this.model.nullPrompt()).data,
      guidance_scale: one(settings.guidanceScale),
      image_guidance_scale: one(settings.imageGuidanceScale),
    };
  }

  private async step(
    { step, promptEmbeds, m, v }: LearnState,
    draws: readonly Draw[],
    settings: LearnSettings,
    noiser: Noiser,
    fixed: Readonly<Record<string, Float32Array>>,
    { after }: EncodedPairs,
  ) {
    const { height, width } = after[0]!;
    const tokens = this.model.parts.text.config.positions;
    const shape = { size: { height, width }, tokens, batch: settings.batch, guided: settings.guidedLoss };
    const results = await this.model.learnStep(shape, {
      ...fixed,
      ...noiser.training(draws),
      prompt_embeds: promptEmbeds,
      m,
      v,
      lr: Float32Array.of(learningRate(settings, step)),
      step: Float32Array.of(step + 1),
    });
    const [mse, clip] = [results.mse[0]!, results.clip[0]!];
    if (!Number.isFinite(mse)) {
      throw new VisiiError(
        "runtime",
        `The loss is no longer a number at step ${step + 1}; learn again with a smaller learning rate than ${settings.lr}.`,
        { step },
      );
    }
    return { promptEmbeds: results.next_prompt_embeds, m: results.next_m, v: results.next_v, mse, clip };
  }

  private async examine(
    { step, promptEmbeds }: LearnState,
    draws: readonly Draw[],
    noiser: Noiser,
    { after }: EncodedPairs,
  ): Promise<Checkpoint> {
    const feeds = { ...noiser.validation(draws), prompt_embeds: promptEmbeds };
    const losses = await this.model.validate(after[0]!, draws.length, feeds);
    return { step, promptEmbeds, validation: round(losses.reduce((a, b) => a + b) / losses.length) };
  }

  private async report(
    { checkpoints }: LearnState,
    initial: PromptEmbeds,
  ): Promise<NonNullable<LearnEvent["checkpoint"]>> {
    const { pairs, previewSteps = 0, signal } = this.options;
    const latest = checkpoints.at(-1)!;
    const told = { validation: latest.validation, best: bestOf(checkpoints) === latest };
    if (previewSteps === 0) return told;
    const prompt = { ...initial, data: latest.promptEmbeds };
    const [preview] = await editPictures(this.model, prompt, pairs[0]!.before, {
      steps: previewSteps,
      ...(signal && { signal }),
    });
    return { ...told, preview: preview! };
  }

  private instruction(
    { losses, checkpoints }: LearnState,
    initial: PromptEmbeds & { words: string },
    settings: LearnSettings,
  ): Instruction {
    const { words, ...prompt } = initial;
    return new Instruction(
      { ...prompt, data: bestOf(checkpoints).promptEmbeds },
      {
        model: this.model.parts.identity,
        prompt: words,
        settings: { ...settings, pairs: this.options.pairs.length },
        seed: settings.seed,
        losses,
        checkpoints: checkpoints.map(({ step, validation }) => [step, validation] as const),
        software: SOFTWARE,
      },
    );
  }
}

function startOf({ data }: PromptEmbeds): LearnState {
  const zeros = () => new Float32Array(data.length);
  return { step: 0, promptEmbeds: data, m: zeros(), v: zeros(), losses: [], checkpoints: [] };
}

/** The earliest of those with the lowest validation loss. */
function bestOf(checkpoints: readonly Checkpoint[]): Checkpoint {
  return checkpoints.reduce((best, next) => (next.validation < best.validation ? next : best));
}

function learningRate({ lr, lrSchedule, steps }: LearnSettings, step: number): number {
  return lrSchedule === "cosine" ? (lr * (1 + Math.cos((Math.PI * step) / steps))) / 2 : lr;
}

/** Six significant digits: what a person reads, and short in a file. */
function round(x: number): number {
  return Number(x.toPrecision(6));
}

/** Names a run by everything that decides its result. */
async function fingerprintOf(
  { parts }: Model,
  settings: LearnSettings,
  initial: PromptEmbeds,
  pairs: EncodedPairs,
): Promise<string> {
  const facts = JSON.stringify([parts.identity.hash, parts.identity.clipHash, settings]);
  const latents = [...pairs.before, ...pairs.after].map(
    ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
  const embeds = new Uint8Array(initial.data.buffer, initial.data.byteOffset, initial.data.byteLength);
  const all = await new Blob([facts, embeds as BlobPart, ...(latents as BlobPart[])]).arrayBuffer();
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
