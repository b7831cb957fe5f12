import { CAPTION_STEPS, type LearnSettings, type Model, PRESET_NAMES, type PresetName, presetOf } from "../index.ts";
import type { Options, Values } from "./options.ts";
import { given } from "./settings.ts";

/** Options of the commands that learn, besides what they learn from. */
export const LEARN = {
  tokens: {
    type: "number",
    help: "tokens of the caption, or neutral ones, where there are no words, 1 to 75 (default 10)",
  },
  preset: {
    type: "choice",
    choices: PRESET_NAMES,
    help: "how much learning is worth; other options go over it (default: the model's own settings)",
  },
  steps: { type: "number", help: "steps of learning (default: the model's)" },
  lr: { type: "number", help: "learning rate (default: the model's)" },
  "lr-schedule": { type: "choice", choices: ["constant", "cosine"], help: "how the learning rate goes on" },
  batch: { type: "number", help: "noised samples per step, 1 to 64" },
  errors: {
    type: "choice",
    choices: ["latents", "pixels"],
    help: "count what is wrong as latents, as the paper does, or as the pixels that they stand for (default: the model's)",
  },
  "lambda-mse": { type: "number", help: "weight of the diffusion loss (default 4)" },
  "lambda-clip": { type: "number", help: "weight of the CLIP loss, 0 for none (default 0.1)" },
  "guided-loss": { type: "flag", help: "take the loss of the guided prediction; --no-guided-loss of the plain one" },
  "target-pool": {
    type: "number",
    help: "with --guided-loss: noised samples that are used over and over, their constant part computed once (default 0: none)",
  },
  "gradient-clip": { type: "number", help: "limit for each value of the gradient (default: none)" },
  space: {
    type: "choice",
    choices: ["rows", "soft-words"],
    help: "without words: learn every row for itself, as the paper does, or a point of the model's soft words (default: the model's)",
  },
  candidates: {
    type: "number",
    help: "for soft words: instructions that the model knows and that are looked at for a start, 0 for none (default: the model's)",
  },
  "trial-steps": {
    type: "number",
    help: "steps tried from the best of them and from none; it goes on where it is clearly ahead then (default: the model's)",
  },
  "checkpoint-every": { type: "number", help: "steps between checkpoints, of which the best is kept (default 100)" },
  patience: { type: "number", help: "end after this many checkpoints without a better one (default 0: never)" },
  "timestep-min": { type: "number", help: "the least noise that is looked at, 0 to 999 (default 0)" },
  "timestep-max": { type: "number", help: "the most noise, 0 to 999 (default 999)" },
  resolution: { type: "number", help: "longer side of the pictures as the model sees them, in pixels" },
  validation: { type: "number", help: "noised samples that checkpoints are compared on, 1 to 256 (default 16)" },
  "timestep-order": {
    type: "choice",
    choices: ["shuffled", "uniform"],
    help: "every timestep once before any comes twice, or each drawn for itself, as the paper says (default shuffled)",
  },
  "pair-order": {
    type: "choice",
    choices: ["random", "timestep"],
    help: "of several pairs: any, or the timestep modulo their number, as the authors' code has it (default random)",
  },
  keep: {
    type: "choice",
    choices: ["validation", "loss"],
    help: "the checkpoint that is best on the validation set, or of the lowest single loss, as the authors' code has it (default validation)",
  },
} as const satisfies Options;

/** Steps of finding a caption: as given, or as the preset has it. */
export function captionSteps(given: number | undefined, preset: PresetName | undefined): number | undefined {
  return given ?? (preset && CAPTION_STEPS[preset]);
}

/** The settings among the values of `LEARN`, over those of the preset that is named. */
export function learnSettings({ parts }: Model, values: Values<typeof LEARN>): Partial<LearnSettings> {
  return {
    ...(values.preset && presetOf(parts, values.preset)),
    ...given({
      tokens: values.tokens,
      steps: values.steps,
      lr: values.lr,
      lrSchedule: values["lr-schedule"],
      batch: values.batch,
      errors: values.errors,
      lambdaMse: values["lambda-mse"],
      lambdaClip: values["lambda-clip"],
      guidedLoss: values["guided-loss"],
      targetPool: values["target-pool"],
      gradientClip: values["gradient-clip"],
      space: values.space,
      candidates: values.candidates,
      trialSteps: values["trial-steps"],
      checkpointEvery: values["checkpoint-every"],
      validation: values.validation,
      patience: values.patience,
      timestepMin: values["timestep-min"],
      timestepMax: values["timestep-max"],
      timestepOrder: values["timestep-order"],
      pairOrder: values["pair-order"],
      keep: values.keep,
      resolution: values.resolution,
    }),
  };
}
