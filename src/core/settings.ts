import { VisiiError } from "../errors.ts";
import { SPLICES } from "./prompt.ts";

/** How an instruction is learned. Defaults are the paper's, unless the model's own `visii.json` says otherwise. */
export interface LearnSettings {
  /** N, updates of c_T: 1 to 100,000. @default 1000 */
  readonly steps: number;
  /** AdamW's learning rate. @default 1e-3, made for CLIP ViT-L/14's embeddings */
  readonly lr: number;
  /** Whether `lr` stays, or falls to zero along a half cosine. @default "constant" */
  readonly lrSchedule: "constant" | "cosine";
  /** Noised samples per step. @default 1 */
  readonly batch: number;
  /**
   * What a prediction's errors are counted in: latents, all alike (the paper), or the pixels that they stand for, as the decoder would show them.
   * @default "latents"
   */
  readonly errors: "latents" | "pixels";
  /** λ_mse. @default 4 */
  readonly lambdaMse: number;
  /** λ_clip; 0 leaves the CLIP loss out. @default 0.1 */
  readonly lambdaClip: number;
  /** Whether the loss is of the guided prediction (the authors' code) or of the plain one (the paper's Equation 2). @default false */
  readonly guidedLoss: boolean;
  /**
   * K, for the guided loss: how many draws of timestep and noise are used over and over, so that what does not depend on c_T is computed only once
   * for each of them; 0 for new draws at every step. @default 0
   */
  readonly targetPool: number;
  /** s_T and s_I of the guided loss. @default 7.5 and 1.5 */
  readonly guidanceScale: number;
  readonly imageGuidanceScale: number;
  /** Limit for each value of the gradient; null for none. @default null */
  readonly gradientClip: number | null;
  /**
   * What learns where no words are given: every row of c_T for itself (the paper), or a point in the small space of instructions that the model brings, from
   * which all rows follow. From words it is always the rows. @default "rows"
   */
  readonly space: "rows" | "soft-words";
  /**
   * For soft words: how many points are looked at, each once per pair: zero, where learning starts otherwise, and instructions that the model knows. The one that
   * explains the pairs best is the start, or may be (`trialSteps`). 0 to look at none. @default 0
   */
  readonly candidates: number;
  /** How many steps are tried both from zero and from the best known instruction, which goes on where it is clearly ahead by then. 0 to trust the first look. @default 0 */
  readonly trialSteps: number;
  /** k, neutral filler tokens where no words are given: 1 to 75. @default 10 */
  readonly tokens: number;
  /** Seeds timesteps, noises and the choice of pairs. @default 0 */
  readonly seed: number;
  /** Steps between checkpoints; each is measured on the validation set. @default 100 */
  readonly checkpointEvery: number;
  /** Fixed (timestep, noise) pairs that choose the best checkpoint. @default 16 */
  readonly validation: number;
  /** Learning ends after this many checkpoints without a better one; 0 for never. @default 0 */
  readonly patience: number;
  /** The timesteps that are looked at, both included: 0 (hardly any noise) to 999; beyond the scheduler's last they end there. @default 0 and 999 */
  readonly timestepMin: number;
  readonly timestepMax: number;
  /** Whether each timestep comes once before any comes twice (the authors' code), or each draw is for itself (the paper). @default "shuffled" */
  readonly timestepOrder: "shuffled" | "uniform";
  /** Which of several pairs a draw looks at: any, by the seed (the paper), or the timestep modulo their number (the authors' code). @default "random" */
  readonly pairOrder: "random" | "timestep";
  /** Which checkpoint is the result: the best on the validation set, or that with the lowest loss of its own step (the authors' code). @default "validation" */
  readonly keep: "validation" | "loss";
  /** Length in pixels that the pictures' longer side is brought near to. @default the model's own */
  readonly resolution: number;
}

/** How an instruction, or words, are applied to a picture; names as in diffusers. */
export interface EditSettings {
  /** Denoising steps: 1 to 1000. @default 20 */
  readonly steps: number;
  /** s_T: how strongly the instruction is followed. @default 7.5 */
  readonly guidanceScale: number;
  /** s_I: how closely the picture is kept to. @default 1.5 */
  readonly imageGuidanceScale: number;
  /** Of the noise that the picture is made from. @default 0 */
  readonly seed: number;
  /**
   * "random": drawn as PyTorch draws it for this seed. "fixed": the noises of training, each at its own timestep (paper, section 5).
   * "authors": the training's noises 0, 1, 2, … in order, the first one unscaled, as the authors' script has it. @default "random"
   */
  readonly noise: "random" | "fixed" | "authors";
  /** How far to go from no instruction (0) to the learned one (1); up to 2 exaggerates. @default 1 */
  readonly strength: number;
  /** Length in pixels that the picture's longer side is brought near to. @default the model's own */
  readonly resolution: number;
}

export const PAPER_LEARN: Omit<LearnSettings, "resolution"> = {
  steps: 1000,
  lr: 1e-3,
  lrSchedule: "constant",
  batch: 1,
  errors: "latents",
  lambdaMse: 4,
  lambdaClip: 0.1,
  guidedLoss: false,
  targetPool: 0,
  guidanceScale: 7.5,
  imageGuidanceScale: 1.5,
  gradientClip: null,
  space: "rows",
  candidates: 0,
  trialSteps: 0,
  tokens: 10,
  seed: 0,
  checkpointEvery: 100,
  validation: 16,
  patience: 0,
  timestepMin: 0,
  timestepMax: 999,
  timestepOrder: "shuffled",
  pairOrder: "random",
  keep: "validation",
};

export const PAPER_EDIT: Omit<EditSettings, "resolution"> = {
  steps: 20,
  guidanceScale: 7.5,
  imageGuidanceScale: 1.5,
  seed: 0,
  noise: "random",
  strength: 1,
};

type Range = readonly [low: number, high: number, whole: boolean];

const RANGES: Record<string, Range> = {
  steps: [1, 100_000, true],
  lr: [0, 10, false],
  batch: [1, 64, true],
  lambdaMse: [0, 1e6, false],
  lambdaClip: [0, 1e6, false],
  targetPool: [0, 10_000, true],
  guidanceScale: [0, 100, false],
  imageGuidanceScale: [0, 100, false],
  gradientClip: [0, Number.MAX_VALUE, false],
  candidates: [0, 100_000, true],
  trialSteps: [0, 100_000, true],
  tokens: [1, 75, true],
  seed: [0, Number.MAX_SAFE_INTEGER, true],
  checkpointEvery: [1, 100_000, true],
  validation: [1, 256, true],
  patience: [0, 1000, true],
  timestepMin: [0, 100_000, true],
  timestepMax: [0, 100_000, true],
  strength: [0, 2, false],
  resolution: [8, 4096, true],
  weightDecay: [0, 10, false],
};

/** The numbers that a setting may have, both ends included. */
export function rangeOf(name: string): { readonly low: number; readonly high: number; readonly whole: boolean } {
  const [low, high, whole] = RANGES[name]!;
  return { low, high, whole };
}

const WORDS: Record<string, readonly string[]> = {
  noise: ["random", "fixed", "authors"],
  lrSchedule: ["constant", "cosine"],
  errors: ["latents", "pixels"],
  space: ["rows", "soft-words"],
  timestepOrder: ["shuffled", "uniform"],
  pairOrder: ["random", "timestep"],
  keep: ["validation", "loss"],
  vocabulary: ["words", "all"],
  splice: SPLICES,
};

/** `defaults` with what is given put over them. Throws `VisiiError("usage")` for a number out of its range or an unknown word. */
export function settle<S extends object>(defaults: S, given: Partial<S>): S {
  const settings = { ...defaults };
  for (const key of Object.keys(defaults) as (keyof S & string)[]) {
    const value = given[key];
    if (value === undefined) continue;
    check(key, value);
    settings[key] = value as S[typeof key];
  }
  return settings;
}

/** The edit settings among values that may come from anywhere; what is none of them, or out of its range, is left out. */
export function sanitisedEditSettings(given: Readonly<Record<string, unknown>>): Partial<EditSettings> {
  const names: readonly (keyof EditSettings)[] = [...(Object.keys(PAPER_EDIT) as (keyof EditSettings)[]), "resolution"];
  return Object.fromEntries(names.filter((name) => allows(name, given[name])).map((name) => [name, given[name]]));
}

function allows(name: string, value: unknown): boolean {
  if (value === undefined || value === null) return false;
  try {
    check(name, value);
    return true;
  } catch {
    return false;
  }
}

function check(name: string, value: unknown): void {
  if (name === "guidedLoss" && typeof value !== "boolean") {
    throw new VisiiError("usage", `${name} must be true or false, got ${JSON.stringify(value)}`, { name, value });
  }
  const words = WORDS[name];
  if (words && !words.includes(value as string)) {
    throw new VisiiError("usage", `${name} must be one of ${words.join(", ")}, got ${JSON.stringify(value)}`, {
      name,
      value,
    });
  }
  const range = RANGES[name];
  if (!range || value === null) return;
  const [low, high, whole] = range;
  const fits = typeof value === "number" && value >= low && value <= high && (!whole || Number.isInteger(value));
  if (fits) return;
  const kind = whole ? "a whole number" : "a number";
  const limits = high === Number.MAX_VALUE ? `of at least ${low}` : `from ${low} to ${high}`;
  throw new VisiiError("usage", `${name} must be ${kind} ${limits}, got ${value}`, { name, value });
}
