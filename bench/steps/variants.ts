/** What is compared: ways to learn, cheap and dear, the paper's and the authors'. */
import { PRESETS } from "../../src/core/presets.ts";
import type { LearnSettings } from "../../src/index.ts";

/**
 * A variant is no worse than the paper's steps where the whole interval of its error ratio's difference is below this: a thirtieth of what doing nothing
 * gets wrong. Chosen before anything was measured.
 */
export const MARGIN = 0.03;

export interface Variant {
  readonly name: string;
  readonly settings: Partial<LearnSettings>;
  /** @default "neutral" */
  readonly start?: "neutral" | "words" | "caption";
  /** How many pairs it learns from. @default 1 */
  readonly pairs?: number;
  /** The variant it is compared with. @default the first of the list */
  readonly against?: string;
}

const cosine = { lrSchedule: "cosine", batch: 1, validation: 8 } as const;
const steps = (count: number, more: Partial<LearnSettings> = {}): Partial<LearnSettings> => ({
  ...cosine,
  steps: count,
  checkpointEvery: Math.max(10, Math.round(count / 4)),
  ...more,
});

/** Step counts, schedules, timesteps, batches, rates, pools, patience and starts, beside the paper's 1000 steps. */
const STEPS: readonly Variant[] = [
  { name: "paper", settings: PRESETS.paper },
  { name: "balanced", settings: PRESETS.balanced },
  { name: "quick", settings: PRESETS.quick },
  ...[20, 40, 80, 160, 320].map((count) => ({ name: `${count} steps`, settings: steps(count) })),
  { name: "160 steps, constant", settings: steps(160, { lrSchedule: "constant" }) },
  { name: "80 steps of 2", settings: steps(80, { batch: 2 }) },
  { name: "40 steps of 4", settings: steps(40, { batch: 4 }) },
  { name: "160 steps, high timesteps", settings: steps(160, { timestepMin: 500 }) },
  { name: "160 steps, low timesteps", settings: steps(160, { timestepMax: 499 }) },
  { name: "160 steps, half the rate", settings: steps(160, { lr: 0.5 }) },
  { name: "160 steps, twice the rate", settings: steps(160, { lr: 2 }) },
  { name: "160 steps, guided, pool of 32", settings: steps(160, { guidedLoss: true, targetPool: 32 }) },
  { name: "160 steps, guided, pool of 128", settings: steps(160, { guidedLoss: true, targetPool: 128 }) },
  { name: "320 steps, patience of 1", settings: steps(320, { patience: 1, checkpointEvery: 40 }) },
  { name: "80 steps from words", settings: steps(80), start: "words" },
  { name: "80 steps from a caption", settings: steps(80), start: "caption" },
];

const { balanced } = PRESETS;

/** Where the paper and the authors' code differ, in the balanced preset's steps. */
const METHODS: readonly Variant[] = [
  { name: "balanced", settings: balanced },
  { name: "timesteps drawn each for itself", settings: { ...balanced, timestepOrder: "uniform" } },
  { name: "the guided loss", settings: { ...balanced, guidedLoss: true } },
  { name: "the checkpoint of the lowest loss", settings: { ...balanced, keep: "loss" } },
  // The largest value that tiny starts from, by the factor that a gradient of 16 bits is first scaled with.
  { name: "a clipped gradient", settings: { ...balanced, gradientClip: 3.39 / 65536 } },
  { name: "two pairs", settings: balanced, pairs: 2 },
  {
    name: "two pairs, each with timesteps of its own",
    settings: { ...balanced, pairOrder: "timestep" },
    pairs: 2,
    against: "two pairs",
  },
];

export const LISTS = { steps: STEPS, methods: METHODS };
export type ListName = keyof typeof LISTS;

/** What differs in nothing but the number of steps, and the presets: the curve of quality over passes. */
export const CURVE = ["20 steps", "quick", "80 steps", "balanced", "320 steps", "paper"];

/** The rates of variants count the model's own: 0.5 is half of it. */
export function settingsFor({ settings }: Variant, lr: number): Partial<LearnSettings> {
  return { ...settings, lr: lr * (settings.lr ?? 1) };
}
