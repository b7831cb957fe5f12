/** The settings of an edit, as the page speaks of them. */
import { rangeOf } from "../../core/settings.ts";
import type { EditRequest, ModelInfo } from "../api/client.ts";

export type Noise = "random" | "fixed";
export type NumberName = "strength" | "guidanceScale" | "imageGuidanceScale" | "steps" | "seed";

/** What was set; all else is as the model has it. */
export type Settings = { readonly [Name in NumberName]?: number } & { readonly noise?: Noise };

export interface Knob {
  readonly name: NumberName;
  readonly label: string;
  readonly hint: string;
  /** Ends of its slider. */
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** What the server takes. */
  readonly low: number;
  readonly high: number;
}

const knob = (name: NumberName, label: string, hint: string, [min, max, step]: [number, number, number]): Knob => {
  const { low, high } = rangeOf(name);
  return { name, label, hint, min, max, step, low, high };
};

export const SEED = knob("seed", "Variation", "Another number, another result.", [0, 99, 1]);

export const SLIDERS: readonly Knob[] = [
  knob("strength", "Strength", "How far to go: 0 is no edit, 1 as learned, 2 exaggerates.", [0, 2, 0.05]),
  knob(
    "guidanceScale",
    "Follow the edit",
    "How closely the edit is followed. Also called text guidance.",
    [0, 15, 0.1],
  ),
  knob(
    "imageGuidanceScale",
    "Stay with the picture",
    "How much of your picture is kept. Also called image guidance.",
    [0, 5, 0.05],
  ),
  { ...knob("steps", "Care", "Rounds of refinement: more take longer.", [1, 50, 1]), high: 1000 },
];

export const KNOBS: readonly Knob[] = [...SLIDERS, SEED];

/** A setting's value where nothing was set. */
export function standardOf(model: ModelInfo | undefined, name: NumberName): number {
  const value = model?.editDefaults[name];
  return typeof value === "number" ? value : 0;
}

/** What stands behind a result: equal requests have equal results. */
export function requestOf(
  picture: string,
  instruction: string | undefined,
  words: string,
  settings: Settings,
): EditRequest {
  const said = words.trim();
  const { noise, ...numbers } = settings;
  return {
    picture,
    ...(instruction !== undefined && { instruction }),
    ...(said !== "" && { words: said }),
    ...Object.fromEntries(KNOBS.flatMap(({ name }) => (numbers[name] === undefined ? [] : [[name, numbers[name]]]))),
    ...(noise === "fixed" && instruction !== undefined && { noise }),
  };
}

/** `settings` without what is the model's own value anyway. */
export function lean(settings: Settings, model: ModelInfo | undefined): Settings {
  const own = Object.entries(settings).filter(
    ([name, value]) => value !== undefined && value !== model?.editDefaults[name],
  );
  return Object.fromEntries(own) as Settings;
}

/** The values to compare of a setting: round numbers on both sides of where it is. */
export function spread({ min, max, step, name }: Knob, middle: number): number[] {
  if (name === "seed") return [middle, middle + 1, middle + 2];
  const reach = name === "strength" ? 0.5 : Math.max(step, middle / 2);
  const round = (value: number) => Number((Math.round(Math.min(max, Math.max(min, value)) / step) * step).toFixed(4));
  return [...new Set([round(middle - reach), round(middle), round(middle + reach)])];
}

/** Numbers that were typed with commas or spaces between them, those that the setting may have, at most so many. */
export function parseValues(text: string, { low, high, step }: Knob, most = 6): number[] {
  const numbers = text
    .split(/[\s,;]+/)
    .filter((part) => part !== "")
    .map(Number)
    .filter((value) => Number.isFinite(value) && value >= low && value <= high)
    .map((value) => (Number.isInteger(step) ? Math.round(value) : value));
  return [...new Set(numbers)].slice(0, most);
}
