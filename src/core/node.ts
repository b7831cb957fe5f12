import { VisiiError } from "../errors.ts";
import { findModel, isOfHub } from "../hub/local.ts";
import { tokenizerFolders } from "../hub/tokenizers.ts";
import { DEVICE_NAMES, type DeviceName, deviceOf } from "../runtime/device.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { hashWeights } from "../weights/node.ts";
import { openModel } from "../weights/node-checkpoint.ts";
import { Model } from "./model.ts";
import { readParts } from "./parts.ts";

export interface LoadModelOptions {
  /** Where to compute: the processor, a graphics card of any vendor (WebGPU), or NVIDIA's (CUDA). "auto" is the processor. @default "auto" */
  readonly device?: DeviceName;
  /** Threads within one op. @default the physical cores */
  readonly threads?: number;
}

/**
 * Loads a model for use in Node: a built-in one by its name ("tiny"), a folder in diffusers' layout, or a single `.safetensors` file in
 * Stable Diffusion's original naming. Throws `VisiiError("model")` when it is not there or not sound.
 */
export async function loadModel(name: string, { device = "auto", threads }: LoadModelOptions = {}): Promise<Model> {
  if (!DEVICE_NAMES.includes(device)) {
    throw new VisiiError("usage", `device must be one of ${DEVICE_NAMES.join(", ")}, got ${device}`, { device });
  }
  const folder = await openModel(findModel(name), tokenizerFolders);
  const parts = await readParts(folder, (names) => hashWeights(folder, names));
  const identity = isOfHub(name) ? { ...parts.identity, name } : parts.identity;
  return new Model(
    { ...parts, identity },
    nodeRuntime({ device: deviceOf(device), ...(threads !== undefined && { threads }) }),
  );
}
