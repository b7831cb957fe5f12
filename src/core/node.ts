import { VisiiError } from "../errors.ts";
import { findModel, isOfHub } from "../hub/local.ts";
import { tokenizerFolders } from "../hub/tokenizers.ts";
import { DEVICE_NAMES, type DeviceName, deviceOf } from "../runtime/device.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { attemptOn } from "../runtime/node-precision.ts";
import { checkPrecision, type PrecisionName, precisionOf } from "../runtime/precision.ts";
import { hashWeights } from "../weights/node.ts";
import { openModel } from "../weights/node-checkpoint.ts";
import { Model } from "./model.ts";
import { clipSource, NO_CLIP } from "./node-clip.ts";
import { readParts } from "./parts.ts";

export interface LoadModelOptions {
  /** Where to compute: the processor, a graphics card of any vendor (WebGPU), or NVIDIA's (CUDA). "auto" is the processor. @default "auto" */
  readonly device?: DeviceName;
  /**
   * How many bits the networks are computed with. 16 are for graphics cards, and what overflows there goes on in 32. "auto" is 16 on a card that has
   * them, and 32 elsewhere. @default "auto"
   */
  readonly precision?: PrecisionName;
  /** Told, in a sentence, of what does not stop the work: that a graph goes on in 32 bits. */
  readonly onNotice?: (message: string) => void;
  /** Threads within one op. @default the physical cores */
  readonly threads?: number;
  /** Trades time for memory: at 512² a full-size model learns in 1.7 GB less and takes 1.3 times as long. @default false */
  readonly lowMemory?: boolean;
  /**
   * The CLIPModel that learning compares pictures with: a folder, `owner/name` of the hub's, a model that has a `clip/`, or "none" for no CLIP loss.
   * Nothing of it is read before it is needed, and applying does not need it. @default `clip/` of the model's folder (or beside its file), else
   * "openai/clip-vit-large-patch14" for a model whose text encoder has its width
   */
  readonly clip?: string;
}

/**
 * Loads a model for use in Node: a built-in one by its name ("tiny"), a folder in diffusers' layout, or a single `.safetensors` file in
 * Stable Diffusion's original naming. Throws `VisiiError("model")` when it is not there or not sound.
 */
export async function loadModel(
  name: string,
  { device = "auto", precision = "auto", onNotice, threads, lowMemory, clip }: LoadModelOptions = {},
): Promise<Model> {
  if (!DEVICE_NAMES.includes(device)) {
    throw new VisiiError("usage", `device must be one of ${DEVICE_NAMES.join(", ")}, got ${device}`, { device });
  }
  const where = deviceOf(device);
  checkPrecision(precision, where);
  const path = findModel(name);
  if (clip !== undefined && clip !== NO_CLIP) findModel(clip); // told before gigabytes are read
  const folder = await openModel(path, tokenizerFolders);
  const parts = await readParts(folder, (names) => hashWeights(folder, names));
  const identity = isOfHub(name) ? { ...parts.identity, name } : parts.identity;
  return new Model(
    { ...parts, identity, clip: clipSource(path, { ...parts, identity }, clip) },
    nodeRuntime({
      device: where,
      precision: await precisionOf(precision, where, (bits) => attemptOn(where, bits)),
      ...(threads !== undefined && { threads }),
      ...(lowMemory !== undefined && { lowMemory }),
    }),
    onNotice,
  );
}
