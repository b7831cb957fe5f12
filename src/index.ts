export { type Caption, type CaptionOptions, type CaptionSettings, caption } from "./core/caption.ts";
export { type Card, decodeCard, isCard } from "./core/card.ts";
export { ClipEncoder } from "./core/clip.ts";
export { type ApplyOptions, apply, type EditOptions, edit } from "./core/edit.ts";
export { type Effort, learningEffort } from "./core/effort.ts";
export { Instruction, type ModelIdentity, type Provenance } from "./core/instruction.ts";
export {
  type CaptionInit,
  type KeptCheckpoint,
  type LearnEvent,
  type LearnOptions,
  type LearnRun,
  learn,
} from "./core/learn.ts";
export { type Made, settingsOf } from "./core/made.ts";
export { Model } from "./core/model.ts";
export { type LoadModelOptions, loadModel } from "./core/node.ts";
export { type CardOptions, cardPictures, makeCard } from "./core/node-card.ts";
export { loadClip } from "./core/node-clip.ts";
export type { RuntimeOptions } from "./core/node-runtime.ts";
export type { Pair } from "./core/pairs.ts";
export { CAPTION_STEPS, PRESET_NAMES, type PresetName, presetOf } from "./core/presets.ts";
export type { Splice } from "./core/prompt.ts";
export type { EditSettings, LearnSettings } from "./core/settings.ts";
export { type ErrorCode, isVisiiError, VisiiError } from "./errors.ts";
export { type LocalModel, listModels } from "./hub/local.ts";
export { type PulledModel, type PullOptions, type PullProgress, pullModel } from "./hub/pull.ts";
export { decodeImage, encodeImage, readImage, renderSheet, type Sheet, writeImage } from "./image/node.ts";
export type { Image } from "./image/pixels.ts";
