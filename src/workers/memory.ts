import type { Estimate } from "../core/estimate.ts";
import { VisiiError } from "../errors.ts";

/** What a model of any size may take before anyone counts, in bytes. */
const LARGE = 1e9;

/** Throws `VisiiError("runtime")` where the machine has not the memory that a job needs: told before it begins, and not by the system that ends it. */
export function checkMemory({ bytes }: Estimate, doing: string, available = process.availableMemory()): void {
  if (bytes < LARGE || bytes <= available) return;
  const inWords = (count: number) => `${(count / 1e9).toFixed(1)} GB`;
  const message = `${doing} needs about ${inWords(bytes)} of memory and ${inWords(available)} are free; close other programs, or use smaller pictures.`;
  throw new VisiiError("runtime", message, { bytes: Math.round(bytes), available });
}
