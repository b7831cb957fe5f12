import { VisiiError } from "../errors.ts";
import { findModel, isOfHub } from "../hub/local.ts";
import { tokenizerFolders } from "../hub/tokenizers.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { hashWeights } from "../weights/node.ts";
import { openModel } from "../weights/node-checkpoint.ts";
import { Model } from "./model.ts";
import { readParts } from "./parts.ts";

export interface LoadModelOptions {
  /** "auto" takes the best there is; today that is the CPU. @default "auto" */
  readonly device?: "auto" | "cpu";
  /** Threads within one op. @default the physical cores */
  readonly threads?: number;
}

/**
 * Loads a model for use in Node: a built-in one by its name ("tiny"), a folder in diffusers' layout, or a single `.safetensors` file in
 * Stable Diffusion's original naming. Throws `VisiiError("model")` when it is not there or not sound.
 */
export async function loadModel(name: string, { device = "auto", threads }: LoadModelOptions = {}): Promise<Model> {
  if (device !== "auto" && device !== "cpu") throw new VisiiError("usage", `device must be auto or cpu, got ${device}`);
  const folder = await openModel(findModel(name), tokenizerFolders);
  const parts = await readParts(folder, (names) => hashWeights(folder, names));
  const identity = isOfHub(name) ? { ...parts.identity, name } : parts.identity;
  return new Model({ ...parts, identity }, nodeRuntime({ device: "cpu", ...(threads !== undefined && { threads }) }));
}
