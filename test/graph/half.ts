/** 16-bit arithmetic on the processor, whose kernels have 32 bits: every value of a half graph is rounded to 16 where a graphics card would. */
import { inHalf } from "../../src/graph/half.ts";
import { defineOp } from "../../src/graph/op.ts";
import { rewrite } from "../../src/graph/rewrite.ts";
import { Tensor } from "../../src/graph/tensor.ts";

/** The runtime removes casts that meet; between them stands an op that it computes in 16 bits. */
const roundOp = defineOp<null>({
  name: "round16",
  infer: ([x]) => ({ dtype: "float32", shape: x!.shape }),
  emit: ([x], _, e, { shape }) => {
    const half = e.node("Cast", [x!], { to: 10 });
    const turned = e.node("Expand", [half, e.ints([1, ...shape])]);
    return e.node("Reshape", [e.node("Cast", [turned], { to: 1 }), e.ints(shape)]);
  },
});

/** The outputs as a graphics card computes them that adds up in 32 bits and keeps its results in 16. */
export function rounded<Outputs extends Readonly<Record<string, Tensor>>>(outputs: Outputs): Outputs {
  return rewrite(inHalf(outputs), (node, inputs) => {
    const type = { dtype: "float32", shape: node.shape } as const;
    if (node.op.name === "cast" && node.dtype === "float32" && node.inputs[0]!.dtype === "float16") return inputs[0];
    if (node.dtype !== "float16") return undefined;
    return roundOp([node.op.name === "cast" ? inputs[0]! : new Tensor(node.op, inputs, node.attrs, type)], null);
  }) as Outputs;
}

/** How many values are computed in 16 bits, of how many. */
export function halves(nodes: readonly Tensor[]): [number, number] {
  const computed = nodes.filter(({ op }) => !["input", "constant", "parameter", "cast"].includes(op.name));
  return [computed.filter(({ dtype }) => dtype === "float16").length, computed.length];
}
