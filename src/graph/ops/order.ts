import type { Tensor } from "../tensor.ts";
import { add, mul } from "./elementwise.ts";
import { slice } from "./shape.ts";

/**
 * x, there only when the others are: a zero taken from each is added. The runtime computes in any order what does not depend on one another, and
 * holds in memory what it computed too early.
 */
export function after(x: Tensor, others: readonly (Tensor | undefined)[]): Tensor {
  return others.filter((y) => y !== undefined).reduce((sum, y) => add(sum, mul(first(y), 0)), x);
}

/** One element, with as many axes as there were. */
function first(x: Tensor): Tensor {
  return x.shape.reduce((part, _, axis) => slice(part, axis, 0, 1), x);
}
