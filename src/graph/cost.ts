import type { DType } from "./tensor.ts";
import { sizeOf, type Tensor } from "./tensor.ts";
import { walk } from "./walk.ts";

/** What running a graph once takes, from its shapes alone. */
export interface Cost {
  /** Two for every multiply-accumulate of convolutions, matrix products and attention; element-wise work is not counted. */
  readonly flops: number;
  /** Bytes of all weights as they are stored. */
  readonly parameterBytes: number;
  /** The most bytes of intermediate values that exist at one moment, in the order of creation, each freed after its last use. */
  readonly peakBytes: number;
}

/** Bytes of one value. */
export const BYTES: Record<DType, number> = { float32: 4, int64: 8, bool: 1, float16: 2, bfloat16: 2 };

const LEAVES = ["input", "constant", "parameter"];

/** The cost of computing the named outputs. */
export function costOf(outputs: Readonly<Record<string, Tensor>>): Cost {
  const wanted = Object.values(outputs);
  const nodes = walk(wanted);
  const flops = nodes.reduce((total, node) => total + (node.op.flops?.(node) ?? 0), 0);
  const weights = nodes.filter(({ op }) => op.name === "parameter");
  const parameterBytes = weights.reduce((total, weight) => total + storedBytes(weight), 0);
  return { flops, parameterBytes, peakBytes: peakOf(nodes, wanted) };
}

/** Bytes of a value; a reshaped one shares its input's. */
function bytesOf({ op, dtype, shape }: Tensor): number {
  return LEAVES.includes(op.name) || op.name === "reshape" ? 0 : sizeOf(shape) * BYTES[dtype];
}

function storedBytes({ attrs, shape }: Tensor): number {
  const { source } = attrs as { source: { dtype: DType } };
  return sizeOf(shape) * BYTES[source.dtype];
}

function peakOf(nodes: readonly Tensor[], outputs: readonly Tensor[]): number {
  const lastUse = new Map<Tensor, number>();
  const owner = (node: Tensor): Tensor => (node.op.name === "reshape" ? owner(node.inputs[0]!) : node);
  for (const [i, { inputs }] of nodes.entries()) for (const used of inputs) lastUse.set(owner(used), i);
  for (const output of outputs) lastUse.set(owner(output), Number.POSITIVE_INFINITY);
  let [alive, peak] = [0, 0];
  for (const [i, node] of nodes.entries()) {
    alive += bytesOf(node);
    peak = Math.max(peak, alive);
    for (const used of new Set(node.inputs.map(owner))) if (lastUse.get(used) === i) alive -= bytesOf(used);
  }
  return peak;
}
