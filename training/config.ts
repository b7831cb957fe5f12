import { readFileSync } from "node:fs";
import { VisiiError } from "../src/errors.ts";
import type { Json } from "../src/models/index.ts";

/** How long and how fast one network learns. Every schedule counts steps, never seconds. */
export interface Schedule {
  readonly steps: number;
  /** Pictures or pairs per step. */
  readonly batch: number;
  /** The learning rate's peak. */
  readonly lr: number;
  /** Steps of linear warm-up before it. @default 100, the UNet's 200 */
  readonly warmup?: number;
  /** Decay of the exponential average of the weights, which is what is published. */
  readonly average: number;
  /** Steps between two checkpoints. @default 500 */
  readonly checkpointEvery?: number;
}

export interface VaeSettings extends Schedule {
  /** What diffusers' `AutoencoderKL` is made with. */
  readonly model: Json;
  /** Share of the steps, at the end, that see whole pictures. */
  readonly fullPictureShare: number;
  /** Side of the squares that the other steps see, in pixels. */
  readonly crop: number;
  /** Whole pictures per step. */
  readonly fullBatch: number;
  /** Weight of the KL term. */
  readonly kl: number;
}

export interface ClipSettings extends Schedule {
  /** The byte-pair vocabulary, learned from captions and instructions. */
  readonly tokenizer: {
    /** Letters and merged pieces that words are made of, at most. */
    readonly vocabulary: number;
    /** Tokens of every text, start and end included. */
    readonly maxLength: number;
    /** How often a pair must occur to be merged. @default 20 */
    readonly minFrequency?: number;
  };
  /** P, the width of the space where pictures and texts meet. */
  readonly projection: number;
  /** What transformers' `CLIPTextConfig` is made with, but for what the tokenizer says. */
  readonly text: Json;
  /** What transformers' `CLIPVisionConfig` is made with. */
  readonly vision: Json;
}

export interface UNetSettings extends Schedule {
  /** What diffusers' `UNet2DConditionModel` is made with, but for what the other parts say. */
  readonly model: Json;
  /** A scheduler's configuration: the noise that is added, and whether ε or v is predicted. */
  readonly scheduler: Json;
  /** Below 1, high timesteps come more often, where an edit is decided; at 1, all alike. */
  readonly timestepPower: number;
  /** Share of the samples without words. */
  readonly dropText: number;
  /** Share of the samples without picture. */
  readonly dropImage: number;
  /** Share of the samples without either. */
  readonly dropBoth: number;
  /** Deviation of the noise on the text's states. */
  readonly textNoise: number;
}

export interface TrainingConfig {
  /** The model's name. @default "tiny" */
  readonly name?: string;
  readonly seed: number;
  /** Side of the pictures, in pixels; 128 divided by a whole number. */
  readonly resolution: number;
  readonly vae?: VaeSettings;
  readonly clip?: ClipSettings;
  readonly unet?: UNetSettings;
}

export const parts = ["vae", "clip", "unet"] as const;
export type PartName = (typeof parts)[number];

/** Reads the file that this recipe shares with the PyTorch one. Throws `VisiiError("usage")` naming what is missing. */
export function readConfig(file: string): TrainingConfig {
  const config = parse(file);
  for (const name of ["seed", "resolution"] as const) need(file, name, config[name]);
  for (const part of parts) {
    const settings = config[part];
    if (!settings) continue;
    for (const name of ["steps", "batch", "lr", "average"] as const) need(file, `${part}.${name}`, settings[name]);
  }
  return config;
}

function parse(file: string): TrainingConfig {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as TrainingConfig;
  } catch (cause) {
    throw new VisiiError("usage", `${file} can't be read as a configuration: ${(cause as Error).message}`, { file });
  }
}

/** The settings of one part. Throws `VisiiError("usage")` where the file has none. */
export function settingsOf<P extends PartName>(config: TrainingConfig, part: P): NonNullable<TrainingConfig[P]> {
  const settings = config[part];
  if (!settings) throw new VisiiError("usage", `The configuration has no section "${part}".`);
  return settings;
}

function need(file: string, name: string, value: unknown): void {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return;
  throw new VisiiError("usage", `${file}: ${name} must be a number, got ${JSON.stringify(value)}`);
}
