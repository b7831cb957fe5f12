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
  /** Steps of linear warm-up before it. @default 100 */
  readonly warmup?: number;
  /** Decay of the exponential average of the weights, which is what is published. */
  readonly average: number;
  /** AdamW's. @default [0.9, 0.98] */
  readonly betas?: readonly [number, number];
  /** AdamW's. @default 0.01 */
  readonly weightDecay?: number;
  /** Norm that the whole gradient is cut to. @default 1 */
  readonly clip?: number;
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
  /** What transformers' `CLIPConfig` is made with: `text_config`, `vision_config`, `projection_dim`. */
  readonly model: Json;
  /** Merges of the byte-pair vocabulary that is learned from the captions and instructions. @default 1500 */
  readonly merges?: number;
  /** Weight of the loss between an edit's direction and its instruction. @default 1 */
  readonly direction?: number;
}

export interface UNetSettings extends Schedule {
  /** What diffusers' `UNet2DConditionModel` is made with. */
  readonly model: Json;
  /** @default "v_prediction" */
  readonly prediction?: "v_prediction" | "epsilon";
  /** Share of the samples without words, as many without picture, and as many without both. @default 0.05 */
  readonly drop?: number;
  /** Deviation of the noise on the text's states. @default 0.1 */
  readonly textNoise?: number;
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
  const config = JSON.parse(readFileSync(file, "utf8")) as TrainingConfig;
  for (const name of ["seed", "resolution"] as const) need(file, name, config[name]);
  for (const part of parts) {
    const settings = config[part];
    if (!settings) continue;
    for (const name of ["steps", "batch", "lr", "average"] as const) need(file, `${part}.${name}`, settings[name]);
    if (typeof settings.model !== "object") throw new VisiiError("usage", `${file}: ${part}.model is not an object`);
  }
  return config;
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
