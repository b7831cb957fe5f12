import { VisiiError } from "../errors.ts";
import { findModel } from "../hub/local.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { hashWeights, openModelFolder } from "../weights/node.ts";
import { Model } from "./model.ts";
import { readParts } from "./parts.ts";

export interface LoadModelOptions {
  /** "auto" takes the best there is; today that is the CPU. @default "auto" */
  readonly device?: "auto" | "cpu";
  /** Threads within one op. @default the physical cores */
  readonly threads?: number;
}

/**
 * Loads a model for use in Node: a built-in one by its name ("tiny"), or a folder in diffusers' layout. Throws `VisiiError("model")` when it is not
 * there or not sound.
 */
export async function loadModel(name: string, { device = "auto", threads }: LoadModelOptions = {}): Promise<Model> {
  if (device !== "auto" && device !== "cpu") throw new VisiiError("usage", `device must be auto or cpu, got ${device}`);
  const folder = await openModelFolder(findModel(name));
  const hash = await hashWeights(folder, ["text_encoder", "unet", "vae"]);
  const clipHash = (await folder.has("clip")) ? await hashWeights(folder, ["clip"]) : "";
  const parts = await readParts(folder, { hash, clipHash });
  return new Model(parts, nodeRuntime({ device: "cpu", ...(threads !== undefined && { threads }) }));
}
