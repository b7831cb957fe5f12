import { defineOp } from "../op.ts";
import { ensure, type Shape, type Tensor } from "../tensor.ts";

const gatherOp = defineOp<null>({
  name: "gather",
  infer: ([table, ids]) => {
    ensure(
      table!.rank >= 1 && ids!.dtype === "int64",
      "gather",
      `expected a table and int64 rows, got ${table} and ${ids}`,
    );
    return { dtype: table!.dtype, shape: [...ids!.shape, ...table!.shape.slice(1)] };
  },
  vjp: (node, dy) => {
    const [table, ids] = node.inputs as [Tensor, Tensor];
    return [scatterOp([dy, ids], table.shape), undefined];
  },
  emit: (inputs, _, e) => e.node("Gather", inputs, { axis: 0 }),
});

/** The rows of `table` that int64 `ids` name: [R,…] and [I…] → [I…,…]. */
export function gather(table: Tensor, ids: Tensor): Tensor {
  return gatherOp([table, ids], null);
}

/** The transpose of {@link gather}: adds each row of the updates to the row of a zero table that its id names. */
const scatterOp = defineOp<Shape>({
  name: "scatterAdd",
  infer: (_, shape) => ({ dtype: "float32", shape }),
  vjp: (node, dy) => [gather(dy, node.inputs[1]!), undefined],
  emit: ([updates, ids], shape, e, node) => {
    const index = e.node("Reshape", [ids!, e.ints([...node.inputs[1]!.shape, 1])]);
    const zeros = e.node("Expand", [e.filled(0, []), e.ints(shape)]);
    return e.node("ScatterND", [zeros, index, updates!], { reduction: "add" });
  },
});
