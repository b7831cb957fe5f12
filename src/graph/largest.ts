import { BYTES } from "./cost.ts";
import { sizeOf, type Tensor, type TensorType } from "./tensor.ts";

/** One value of a graph and what it takes in memory. */
export interface LargestValue extends TensorType {
  /** The op that makes it; of a weight or an input, its own name. */
  readonly name: string;
  readonly bytes: number;
}

/** The value, weight or input that takes most memory; undefined if there is none. What an op needs on the way to its result is not counted. */
export function largestOf(nodes: readonly Tensor[]): LargestValue | undefined {
  let largest: LargestValue | undefined;
  for (const { op, attrs, dtype, shape } of nodes) {
    const bytes = sizeOf(shape) * BYTES[dtype];
    if (largest && bytes <= largest.bytes) continue;
    const name = op.name === "parameter" || op.name === "input" ? (attrs as { name: string }).name : op.name;
    largest = { name, dtype, shape, bytes };
  }
  return largest;
}
