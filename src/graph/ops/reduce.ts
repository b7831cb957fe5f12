import { defineOp } from "../op.ts";
import { resolveAxis, type Shape, sizeOf, type Tensor } from "../tensor.ts";
import { cast, div, equal, mul, sub } from "./elementwise.ts";
import { broadcastTo, reshape } from "./shape.ts";

interface ReduceAttrs {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

type Reduction = (x: Tensor, axes?: readonly number[], keepDims?: boolean) => Tensor;

function keptShape(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((n, i) => (axes.includes(i) ? 1 : n));
}

function reduction(
  name: string,
  onnx: string,
  vjp: (x: Tensor, y: Tensor, dy: Tensor, count: number, axes: readonly number[]) => Tensor,
): Reduction {
  const build = defineOp<ReduceAttrs>({
    name,
    infer: ([x], { axes, keepDims }) => ({
      dtype: x!.dtype,
      shape: keepDims ? keptShape(x!.shape, axes) : x!.shape.filter((_, i) => !axes.includes(i)),
    }),
    vjp: (node, dy, { axes }) => {
      const x = node.inputs[0]!;
      const kept = keptShape(x.shape, axes);
      return [vjp(x, reshape(node, kept), reshape(dy, kept), sizeOf(x.shape) / sizeOf(kept), axes)];
    },
    emit: ([x], { axes, keepDims }, e) => e.node(onnx, [x!, e.ints(axes)], { keepdims: keepDims ? 1 : 0 }),
  });
  return (x, axes = x.shape.map((_, i) => i), keepDims = false) =>
    axes.length === 0
      ? x
      : build([x], { axes: axes.map((axis) => resolveAxis(axis, x.rank, name)).sort((a, b) => a - b), keepDims });
}

/** Sum over the given axes (all of them by default). */
export const sum = reduction("sum", "ReduceSum", (x, _y, dy) => broadcastTo(dy, x.shape));

export const mean = reduction("mean", "ReduceMean", (x, _y, dy, count) => broadcastTo(mul(dy, 1 / count), x.shape));

/** The largest value; where it occurs several times, its gradient is shared out evenly. */
export const max = reduction("max", "ReduceMax", (x, y, dy, _count, axes) => {
  const chosen = cast(equal(x, y), "float32");
  return mul(chosen, div(dy, sum(chosen, axes, true)));
});

const softmaxOp = defineOp<number>({
  name: "softmax",
  infer: ([x]) => ({ dtype: "float32", shape: x!.shape }),
  vjp: (y, dy, axis) => {
    const weighted = mul(dy, y);
    return [sub(weighted, mul(y, sum(weighted, [axis], true)))];
  },
  emit: ([x], axis, e) => e.node("Softmax", [x!], { axis }),
});

export function softmax(x: Tensor, axis = -1): Tensor {
  return softmaxOp([x], resolveAxis(axis, x.rank, "softmax"));
}

/** Undoes broadcasting: sums over the axes along which `shape` was repeated. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  const extra = x.rank - shape.length;
  const axes = x.shape.map((_, i) => i).filter((i) => i < extra || (shape[i - extra] === 1 && x.shape[i] !== 1));
  return reshape(sum(x, axes), shape);
}
