import { add } from "./ops/elementwise.ts";
import { constant } from "./ops/leaf.ts";
import { sumTo } from "./ops/reduce.ts";
import { sideBySide } from "./ops/shape.ts";
import { ensure, sameShape, sizeOf, type Tensor } from "./tensor.ts";
import { walk } from "./walk.ts";

/**
 * Reverse-mode differentiation: d loss / d target for each target, in the target's shape. `loss` is a scalar. Targets may be inputs,
 * parameters or any value on the way. Only values between the targets and the loss are visited. Throws `VisiiError("graph")` where the way
 * leads through an op that has no gradient.
 */
export function gradients(loss: Tensor, targets: readonly Tensor[]): Tensor[] {
  ensure(
    loss.dtype === "float32" && loss.shape.every((n) => n === 1),
    "gradients",
    `expected a scalar loss, got ${loss}`,
  );
  const depends = new Set(targets);
  const way = walk([loss]).filter((node) => node.inputs.some((x) => depends.has(x)) && depends.add(node));
  const slopes = new Map<Tensor, Tensor>([[loss, constant(Float32Array.of(1), loss.shape)]]);
  for (const node of way.reverse()) {
    const dy = slopes.get(node);
    if (!dy) continue;
    ensure(node.op.vjp !== undefined, "gradients", `${node.op.name} has no gradient`);
    const parts = node.op.vjp(node, dy, node.attrs, (i) => node.inputs[i] !== undefined && depends.has(node.inputs[i]));
    node.inputs.forEach((x, i) => {
      const part = parts[i];
      if (!part || !depends.has(x)) return;
      const fitted = sameShape(part.shape, x.shape) ? part : sumTo(part, x.shape);
      const before = slopes.get(x);
      slopes.set(x, before ? (sideBySide(before, fitted) ?? add(before, fitted)) : fitted);
    });
  }
  return targets.map((target) => slopes.get(target) ?? constant(new Float32Array(sizeOf(target.shape)), target.shape));
}
