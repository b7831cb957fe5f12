import type { Tensor } from "./tensor.ts";
import { walk } from "./walk.ts";

function attributes(attrs: unknown): string {
  if (attrs === null || attrs === undefined) return "";
  const short = (_: string, value: unknown) => (ArrayBuffer.isView(value) ? `<${value.byteLength} bytes>` : value);
  return ` ${JSON.stringify(attrs, short)}`;
}

/** One line per value, inputs first: `%3 = conv2d(%0, %1) {"stride":1,…} : float32[1,8,16,16]`. */
export function print(outputs: Readonly<Record<string, Tensor>>): string {
  const nodes = walk(Object.values(outputs));
  const number = new Map(nodes.map((node, i) => [node, `%${i}`]));
  const names = (tensors: readonly Tensor[]) => tensors.map((tensor) => number.get(tensor)).join(", ");
  const lines = nodes.map(
    (node) => `${number.get(node)} = ${node.op.name}(${names(node.inputs)})${attributes(node.attrs)} : ${node}`,
  );
  return [...lines, ...Object.entries(outputs).map(([name, tensor]) => `return ${name} = ${number.get(tensor)}`)].join(
    "\n",
  );
}
