import { findModel, isOfHub } from "../hub/local.ts";
import { tokenizerFolders } from "../hub/tokenizers.ts";
import { hashWeights } from "../weights/node.ts";
import { openModel } from "../weights/node-checkpoint.ts";
import { Model } from "./model.ts";
import { clipSource, NO_CLIP } from "./node-clip.ts";
import { checkRuntime, type RuntimeOptions, runtimeOf } from "./node-runtime.ts";
import { readParts, type Task } from "./parts.ts";

export interface LoadModelOptions extends RuntimeOptions {
  /**
   * The CLIPModel that learning compares pictures with: a folder, `owner/name` of the hub's, a model that has a `clip/`, or "none" for no CLIP loss.
   * Nothing of it is read before it is needed, and applying does not need it. @default `clip/` of the model's folder (or beside its file), else
   * "openai/clip-vit-large-patch14" for a model whose text encoder has its width
   */
  readonly clip?: string;
  /** What it is to do: to edit, or, for SDEdit, to make pictures from texts alone. @default "edit" */
  readonly task?: Task;
}

/**
 * Loads a model for use in Node: a built-in one by its name ("tiny"), a folder in diffusers' layout, or a single `.safetensors` file in
 * Stable Diffusion's original naming. Throws `VisiiError("model")` when it is not there or not sound.
 */
export async function loadModel(name: string, options: LoadModelOptions = {}): Promise<Model> {
  const { clip, onNotice, task } = options;
  checkRuntime(options);
  const path = findModel(name);
  if (clip !== undefined && clip !== NO_CLIP) findModel(clip); // told before gigabytes are read
  const folder = await openModel(path, tokenizerFolders);
  const parts = await readParts(folder, (names) => hashWeights(folder, names), task);
  const identity = isOfHub(name) ? { ...parts.identity, name } : parts.identity;
  const source = clipSource(path, { ...parts, identity }, clip);
  return new Model({ ...parts, identity, clip: source }, await runtimeOf(options), onNotice);
}

/**
 * What a model's folder says of it: its defaults, presets and name. Weights are read, for `identity.hash`, only if they are to be `hashed`, which
 * takes a second for every gigabyte or so. Throws `VisiiError("model")` as `loadModel` does.
 */
export async function describeModel(name: string, { hashed }: { readonly hashed: boolean }) {
  const folder = await openModel(findModel(name), tokenizerFolders);
  const parts = await readParts(folder, async (names) => (hashed ? hashWeights(folder, names) : ""));
  const identity = isOfHub(name) ? { ...parts.identity, name } : parts.identity;
  const { learnDefaults, editDefaults, presets } = parts;
  return { identity, learnDefaults, editDefaults, presets };
}
