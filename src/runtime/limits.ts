import { VisiiError } from "../errors.ts";
import { format, type LargestValue } from "../graph/index.ts";

/** Bytes that every WebGPU device can read as one piece (`maxStorageBufferBindingSize`). */
export const WEBGPU_BINDING = 128 * 2 ** 20;

/**
 * Throws VisiiError `runtime` when a graph's largest value is larger than what WebGPU promises to take in one piece. ONNX Runtime cuts larger ones
 * up, and then some of its operators return wrong numbers without a word.
 */
export function checkBuffers(largest: LargestValue | undefined, limit = WEBGPU_BINDING): void {
  if (!largest || largest.bytes <= limit) return;
  const { name, bytes } = largest;
  const mebibytes = (n: number) => `${Math.ceil(n / 2 ** 20)} MiB`;
  throw new VisiiError(
    "runtime",
    `${name} ${format(largest)} takes ${mebibytes(bytes)}, and WebGPU takes ${mebibytes(limit)} in one piece; use smaller pictures (--resolution), or compute on the processor (--device cpu).`,
    { name, shape: largest.shape, bytes, limit },
  );
}
