import { VisiiError } from "../errors.ts";
import { DEVICE_NAMES, type DeviceName, deviceOf } from "../runtime/device.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { attemptOn } from "../runtime/node-precision.ts";
import { checkPrecision, type PrecisionName, precisionOf } from "../runtime/precision.ts";
import type { Runtime } from "../runtime/session.ts";

/** Where a model computes, and how. */
export interface RuntimeOptions {
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
}

/** Throws `VisiiError("usage")` where the device or the precision is none, or they don't go together: before anything long. */
export function checkRuntime({ device = "auto", precision = "auto" }: RuntimeOptions): void {
  if (!DEVICE_NAMES.includes(device)) {
    throw new VisiiError("usage", `device must be one of ${DEVICE_NAMES.join(", ")}, got ${device}`, { device });
  }
  checkPrecision(precision, deviceOf(device));
}

export async function runtimeOf(options: RuntimeOptions): Promise<Runtime> {
  checkRuntime(options);
  const { device = "auto", precision = "auto", threads, lowMemory } = options;
  const where = deviceOf(device);
  return nodeRuntime({
    device: where,
    precision: await precisionOf(precision, where, (bits) => attemptOn(where, bits)),
    ...(threads !== undefined && { threads }),
    ...(lowMemory !== undefined && { lowMemory }),
  });
}
