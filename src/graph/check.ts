import { ensure, format, sameShape, type Tensor } from "./tensor.ts";
import { walk } from "./walk.ts";

/**
 * The rules of a legal graph: every value has the type that its op's shape rule gives for its inputs, lengths are positive whole numbers,
 * and inputs are made before what uses them. Throws `VisiiError("graph")` naming the first op that breaks one.
 */
export function check(outputs: Readonly<Record<string, Tensor>>): void {
  for (const node of walk(Object.values(outputs))) {
    const { name } = node.op;
    ensure(
      node.shape.every((n) => Number.isInteger(n) && n > 0),
      name,
      `${node} has a length that is not a positive whole number`,
    );
    const type = node.op.infer(node.inputs, node.attrs);
    ensure(
      type.dtype === node.dtype && sameShape(type.shape, node.shape),
      name,
      `says ${node} but its inputs make ${format(type)}`,
    );
    ensure(
      node.inputs.every((x) => x.id < node.id),
      name,
      "uses a value that is made after it",
    );
  }
}
