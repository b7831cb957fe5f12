import { VisiiError } from "../errors.ts";
import { likelyStarts, type Start } from "./candidates.ts";
import { caption } from "./caption.ts";
import { Instruction } from "./instruction.ts";
import { keptOf } from "./kept.ts";
import type { LearnOptions } from "./learn.ts";
import { type Draw, Noiser, plan, validationPlan } from "./learn-plan.ts";
import type { Checkpoint, LearnState } from "./learn-state.ts";
import type { Model } from "./model.ts";
import { type EncodedPairs, encodePairs } from "./pairs.ts";
import type { SoftWords } from "./parts.ts";
import { neutralWords, type PromptEmbeds } from "./prompt.ts";
import { type LearnSettings, settle } from "./settings.ts";
import { SOFTWARE } from "./version.ts";

/** One learning run, fully decided before its first step. */
export interface Task {
  readonly settings: LearnSettings;
  /** The first c_T, and the words it comes from. */
  readonly initial: PromptEmbeds & { readonly words: string; readonly init: "words" | "caption" | "neutral" };
  readonly pairs: EncodedPairs;
  /** The space in which a point learns, unless c_T's own rows do. */
  readonly words: SoftWords | undefined;
  /** The points that it may start from; none where rows learn. */
  readonly starts: readonly Start[];
  /** Of the CLIP that Δ came from; empty where there was none. */
  readonly clipHash: string;
  readonly noiser: Noiser;
  /** What each step looks at. */
  readonly draws: readonly (readonly Draw[])[];
  /** What every checkpoint is measured on. */
  readonly examined: readonly Draw[];
  /** Inputs of the learning step that no step changes. */
  readonly fixed: Readonly<Record<string, Float32Array>>;
  /** Names the run by everything that decides its result. */
  readonly fingerprint: string;
}

export async function prepare(model: Model, options: LearnOptions): Promise<Task> {
  const wanted = settle(model.parts.learnDefaults, options);
  if (wanted.guidedLoss && wanted.targetPool > 0 && wanted.guidanceScale === 0) {
    throw new VisiiError(
      "usage",
      "A target pool needs a guidanceScale above 0: without guidance no target is constant.",
    );
  }
  const initial = await initialPrompt(model, options, wanted);
  const space = initial.init === "neutral" ? wanted.space : "rows";
  const settings = { ...wanted, space };
  const words = space === "soft-words" ? softWordsOf(model, settings) : undefined;
  const clip = settings.lambdaClip > 0 ? await model.parts.clip.open() : undefined;
  const clipHash = clip?.hash ?? "";
  const pairs = await encodePairs(model, options.pairs, settings, clip !== undefined);
  const noiser = new Noiser(model.parts.scheduler, pairs, settings.seed);
  return {
    settings,
    initial,
    pairs,
    words,
    starts: words ? await likelyStarts(model, words, settings, pairs, noiser, initial, options) : [],
    clipHash,
    noiser,
    draws: plan(settings, pairs.after.length, noiser.timesteps),
    examined: validationPlan(settings, pairs.after.length, noiser.timesteps),
    fixed: await fixedInputs(model, settings, initial, pairs),
    fingerprint: await fingerprintOf(
      [model.parts.identity.hash, clipHash, words?.hash ?? ""],
      settings,
      initial,
      pairs,
    ),
  };
}

/** The state before the first step, from one of the task's starts. */
export function startOf({ initial: { data }, starts }: Task, start = 0): LearnState {
  const learned = starts[start]?.point ?? data;
  const zeros = () => new Float32Array(learned.length);
  const nothing = { step: 0, losses: [], checkpoints: [], targets: [] };
  return { ...nothing, start, promptEmbeds: data, learned, m: zeros(), v: zeros() };
}

/** How many constant targets a run needs before its first step. */
export function targetCount({ settings: { guidedLoss, targetPool, steps, batch } }: Task): number {
  return guidedLoss ? Math.min(targetPool, steps * batch) : 0;
}

/** The constant target of the pool's next draw; the pool is the plan's first draws. */
export async function nextTarget(model: Model, task: Task, { targets }: LearnState): Promise<Float32Array> {
  const { settings, noiser, draws, fixed, pairs } = task;
  const draw = draws[Math.floor(targets.length / settings.batch)]![targets.length % settings.batch]!;
  return model.constantTarget(pairs.after[0]!, { ...fixed, ...noiser.training([draw]) });
}

/** The state after one more step, and that step's losses. Throws `VisiiError("runtime")` when the loss is no number any more. */
export async function step(model: Model, task: Task, state: LearnState) {
  const { settings, noiser, draws, fixed, pairs } = task;
  const { height, width } = pairs.after[0]!;
  const tokens = model.parts.text.config.positions;
  const pooled = targetCount(task) > 0;
  const guided = settings.guidedLoss && !pooled;
  const shape = { size: { height, width }, tokens, batch: settings.batch, guided };
  const results = await model.learnStep(shape, {
    ...fixed,
    ...noiser.training(draws[state.step]!),
    ...(pooled && pooledFeeds(task, state)),
    prompt_embeds: state.promptEmbeds,
    ...(task.words && { learned: state.learned }),
    m: state.m,
    v: state.v,
    lr: Float32Array.of(learningRate(settings, state.step)),
    step: Float32Array.of(state.step + 1),
  });
  const [mse, clip] = [results.mse[0]! * (pooled ? settings.guidanceScale ** 2 : 1), results.clip[0]!];
  if (!Number.isFinite(mse)) {
    const message = `The loss is no longer a number at step ${state.step + 1}; learn again with a smaller learning rate than ${settings.lr}.`;
    throw new VisiiError("runtime", message, { step: state.step });
  }
  return {
    step: state.step + 1,
    promptEmbeds: results.next_prompt_embeds,
    learned: results.next_learned,
    m: results.next_m,
    v: results.next_v,
    losses: [...state.losses, round(mse)],
    mse,
    clip,
  };
}

/** The step's constant targets, and the weight that makes their loss the guided one. */
function pooledFeeds({ settings, draws }: Task, { step, targets }: LearnState) {
  const pool = draws.flat().slice(0, targets.length);
  const chosen = draws[step]!.map((draw) => targets[pool.indexOf(draw)]!);
  const size = chosen[0]!.length;
  const target = new Float32Array(chosen.length * size); // [N, C, H, W]
  for (const [i, one] of chosen.entries()) target.set(one, i * size);
  return { target, lambda_mse: Float32Array.of(settings.lambdaMse * settings.guidanceScale ** 2) };
}

/** Measures the state on the validation set. */
export async function examine(
  model: Model,
  { noiser, examined, pairs }: Task,
  { step, promptEmbeds }: LearnState,
): Promise<Checkpoint> {
  const feeds = { ...noiser.validation(examined), prompt_embeds: promptEmbeds };
  const losses = await model.validate(pairs.after[0]!, examined.length, feeds);
  return { step, promptEmbeds, validation: round(losses.reduce((a, b) => a + b) / losses.length) };
}

/** The checkpoint that is the result so far. */
export function bestOf({ settings }: Task, { checkpoints, losses }: LearnState): Checkpoint {
  return keptOf(checkpoints, losses, settings.keep)!;
}

/** Whether enough checkpoints have passed without a better one. */
export function isExhausted({ settings: { patience } }: Task, { checkpoints }: LearnState): boolean {
  if (patience === 0 || checkpoints.length === 0) return false;
  return checkpoints.length - 1 - checkpoints.indexOf(keptOf(checkpoints, [], "validation")!) >= patience;
}

export function instructionOf(
  model: Model,
  { initial, starts, settings, pairs, clipHash }: Task,
  state: LearnState,
  { promptEmbeds }: Checkpoint,
): Instruction {
  const { words: first, init: from, ...prompt } = initial;
  const known = starts[state.start]?.words;
  const [words, init] = known === undefined ? [first, from] : [known, "known"];
  return new Instruction(
    { ...prompt, data: promptEmbeds },
    {
      model: { ...model.parts.identity, clipHash },
      prompt: words,
      settings: { ...settings, init, pairs: pairs.after.length },
      seed: settings.seed,
      losses: state.losses,
      checkpoints: state.checkpoints.map(({ step, validation }) => [step, validation] as const),
      software: SOFTWARE,
    },
  );
}

async function initialPrompt(model: Model, options: LearnOptions, settings: LearnSettings): Promise<Task["initial"]> {
  const given = options.init?.trim();
  const init = given ? "words" : options.initCaption ? "caption" : "neutral";
  const words = given || (await captionOf(model, options, settings)) || neutralWords(settings.tokens);
  const prompt = await model.prompt(words);
  if (prompt.span.end > prompt.span.start) return { ...prompt, words, init };
  throw new VisiiError("usage", `"${words}" holds no token to learn; give other words, or none.`);
}

/** The model's soft words. Throws `VisiiError("usage")` where it has none, or others than the settings ask for. */
function softWordsOf({ parts }: Model, { tokens }: LearnSettings): SoftWords {
  const { softWords, identity } = parts;
  if (!softWords) {
    throw new VisiiError("usage", `${identity.name} brings no soft words; learn its rows, with space "rows".`);
  }
  const { rows } = softWords.config;
  if (tokens === rows) return softWords;
  const message = `${identity.name}'s soft words are ${rows} tokens, not ${tokens}; leave tokens out, or learn the rows, with space "rows".`;
  throw new VisiiError("usage", message, { tokens, rows });
}

/** A caption of the after pictures, if that is to be started from. */
async function captionOf(
  model: Model,
  { initCaption, pairs, signal }: LearnOptions,
  { tokens, seed }: LearnSettings,
): Promise<string | undefined> {
  if (!initCaption) return undefined;
  const { clip = await model.clip(), onStep, ...settings } = initCaption;
  if (!clip) throw new VisiiError("usage", "A caption to start from needs a CLIP; name one, or start from words.");
  const after = pairs.map((pair) => pair.after);
  const found = await caption(clip, after, {
    ...settings,
    tokens,
    seed,
    ...(signal && { signal }),
    ...(onStep && { onStep }),
  });
  return found.words;
}

async function fixedInputs(
  model: Model,
  settings: LearnSettings,
  { tokens, span }: PromptEmbeds,
  { direction }: EncodedPairs,
): Promise<Task["fixed"]> {
  const moves = Float32Array.from({ length: tokens }, (_, row) => Number(row >= span.start && row < span.end)); // [1, T, 1]
  const one = (x: number) => Float32Array.of(x);
  return {
    moves,
    lambda_mse: one(settings.lambdaMse),
    lambda_clip: one(settings.lambdaClip),
    gradient_clip: one(settings.gradientClip ?? 3e38),
    ...(direction && { direction }),
    null_embeds: (await model.nullPrompt()).data,
    guidance_scale: one(settings.guidanceScale),
    image_guidance_scale: one(settings.imageGuidanceScale),
  };
}

function learningRate({ lr, lrSchedule, steps }: LearnSettings, step: number): number {
  return lrSchedule === "cosine" ? (lr * (1 + Math.cos((Math.PI * step) / steps))) / 2 : lr;
}

/** Six significant digits: what a person reads, and short in a file. */
function round(x: number): number {
  return Number(x.toPrecision(6));
}

async function fingerprintOf(
  hashes: readonly string[],
  settings: LearnSettings,
  initial: PromptEmbeds,
  pairs: EncodedPairs,
): Promise<string> {
  const facts = JSON.stringify([...hashes, settings]);
  const arrays = [initial, ...pairs.before, ...pairs.after].map(({ data }) => data as Float32Array<ArrayBuffer>);
  const all = await new Blob([facts, ...arrays]).arrayBuffer();
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
