import { defineOp } from "../op.ts";
import { ensure, type Tensor } from "../tensor.ts";
import { sum } from "./reduce.ts";
import { reshape } from "./shape.ts";

const upsampleOp = defineOp<number>({
  name: "upsampleNearest",
  infer: ([x], factor) => {
    ensure(x!.rank === 4, "upsampleNearest", `expected [N,C,H,W], got ${x}`);
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    return { dtype: "float32", shape: [n, c, h * factor, w * factor] };
  },
  vjp: (node, dy, factor) => {
    const [n, c, h, w] = node.inputs[0]!.shape as [number, number, number, number];
    return [sum(reshape(dy, [n, c, h, factor, w, factor]), [3, 5])];
  },
  emit: ([x], factor, e) => {
    const scales = e.node("Concat", [e.filled(1, [2]), e.filled(factor, [2])], { axis: 0 });
    const how = { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" };
    return e.node("Resize", [x!, "", scales], how);
  },
});

/** [N,C,H,W] → [N,C,H·factor,W·factor], every pixel repeated. */
export function upsampleNearest(x: Tensor, factor: number): Tensor {
  return upsampleOp([x], factor);
}
