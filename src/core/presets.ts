import { VisiiError } from "../errors.ts";
import type { ModelParts } from "./parts.ts";
import type { LearnSettings } from "./settings.ts";

export const PRESET_NAMES = ["quick", "balanced", "paper"] as const;

/** How much learning is worth: `paper` is the paper's 1000 steps, `balanced` as good with a fifth of them, `quick` a first impression. */
export type PresetName = (typeof PRESET_NAMES)[number];

/** Settings of a preset; the learning rate is the model's. */
export type Presets = Readonly<Record<PresetName, Partial<LearnSettings>>>;

/** For models that bring none of their own. */
export const PRESETS: Presets = {
  quick: { steps: 50, batch: 1, lrSchedule: "cosine", checkpointEvery: 25, validation: 8, trialSteps: 0 },
  balanced: { steps: 160, batch: 1, lrSchedule: "cosine", checkpointEvery: 40, validation: 16 },
  paper: {
    steps: 1000,
    batch: 1,
    lrSchedule: "constant",
    checkpointEvery: 100,
    validation: 16,
    guidedLoss: false,
    targetPool: 0,
    patience: 0,
    timestepMin: 0,
    errors: "latents",
    space: "rows",
  },
};

/** Steps of finding a caption to start from: PEZ's 3000, or as many as come within 0.01 of its cosine (600), or nearly (200). */
export const CAPTION_STEPS: Readonly<Record<PresetName, number>> = { quick: 200, balanced: 600, paper: 3000 };

/** A preset's settings for a model: the model's own where it has some in its `visii.json`. Throws `VisiiError("usage")` for an unknown name. */
export function presetOf({ presets }: Pick<ModelParts, "presets">, name: PresetName): Partial<LearnSettings> {
  if (!Object.hasOwn(PRESETS, name)) {
    throw new VisiiError("usage", `preset must be one of ${PRESET_NAMES.join(", ")}, got ${JSON.stringify(name)}`, {
      name,
    });
  }
  return { ...PRESETS[name], ...presets[name] };
}
