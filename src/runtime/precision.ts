import { VisiiError } from "../errors.ts";
import type { Device } from "./device.ts";

/** How many bits the networks are computed with. */
export type Precision = "fp32" | "fp16";

/** What may be asked for; "auto" leaves the choice to the program. */
export const PRECISION_NAMES = ["auto", "fp32", "fp16"] as const satisfies readonly ("auto" | Precision)[];

export type PrecisionName = (typeof PRECISION_NAMES)[number];

/** @throws VisiiError `usage` for a name that is none, and for 16 bits on the processor. */
export function checkPrecision(name: PrecisionName, device: Device): void {
  if (!PRECISION_NAMES.includes(name)) {
    const message = `precision must be one of ${PRECISION_NAMES.join(", ")}, got ${name}`;
    throw new VisiiError("usage", message, { name: "precision", precision: name });
  }
  if (device === "cpu" && name === "fp16") {
    const message = "The processor computes in 32 bits only and gains nothing from 16; leave --precision fp16 away.";
    throw new VisiiError("usage", message, { device, precision: name });
  }
}

/** Computes something on a device with so many bits; throws where it can't. */
export type Attempt = (precision: Precision) => Promise<void>;

/**
 * What is meant by a name on a device. "auto" is 32 bits on the processor, which gains nothing from 16, and 16 on a card that has them. Cards are asked
 * by an `attempt`, because the runtime tells nothing of them.
 *
 * @throws VisiiError `usage` as `checkPrecision` does; `runtime` where a card lacks what was asked for.
 */
export async function precisionOf(name: PrecisionName, device: Device, attempt: Attempt): Promise<Precision> {
  checkPrecision(name, device);
  if (device === "cpu" || name === "fp32") return "fp32";
  try {
    await attempt("fp16");
    return "fp16";
  } catch (cause) {
    if (name === "auto") return "fp32";
    await attempt("fp32"); // throws where there is no card at all
    const message = "This graphics card does not compute in 16 bits; use --precision fp32.";
    throw new VisiiError("runtime", message, { device, precision: name }, { cause });
  }
}
