import {
  add,
  concat,
  div,
  gradients,
  input,
  minimum,
  mul,
  reshape,
  sqrt,
  square,
  sum,
  type Tensor,
} from "../src/graph/index.ts";
import { adamW } from "../src/nn/index.ts";

export interface Optimiser {
  readonly betas: readonly [number, number];
  readonly weightDecay: number;
}

/** Norm that the whole gradient is cut to. */
const LARGEST_GRADIENT = 1;

/**
 * A whole training step as one graph: gradients of `loss` with respect to all parameters, cut to a norm, and AdamW. Parameters are inputs by
 * their own names; everything about the optimiser is one flat vector of P numbers, in the parameters' order.
 *
 * In: the parameters, `m`, `v` [P], `lr`, `step` (from 1) []; and what the loss needs. Out: `next:parameters`, `next:m`, `next:v` [P], `loss`,
 * `gradient` (its norm before the cut) [].
 */
export function stepGraph(
  parameters: ReadonlyMap<string, Tensor>,
  loss: Tensor,
  { betas, weightDecay }: Optimiser,
): Record<string, Tensor> {
  const all = [...parameters.values()];
  const slope = flatten(gradients(loss, all));
  const norm = sqrt(sum(square(slope)));
  const cut = mul(slope, minimum(div(LARGEST_GRADIENT, add(norm, 1e-6)), 1));
  const [m, v] = [input("m", slope.shape), input("v", slope.shape)];
  const options = { lr: input("lr", []), step: input("step", []), betas, weightDecay };
  const next = adamW(flatten(all), cut, m, v, options);
  return { "next:parameters": next.param, "next:m": next.m, "next:v": next.v, loss, gradient: norm };
}

/** [P] */
function flatten(tensors: readonly Tensor[]): Tensor {
  return concat(
    tensors.map((x) => reshape(x, [-1])),
    0,
  );
}
