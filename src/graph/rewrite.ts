import { Tensor } from "./tensor.ts";
import { walk } from "./walk.ts";

/**
 * The same outputs with some values computed in another way: `rule` is shown each value and what its inputs have become, and returns what takes its
 * place, or undefined to keep it.
 */
export function rewrite<Outputs extends Readonly<Record<string, Tensor>>>(
  outputs: Outputs,
  rule: (node: Tensor, inputs: readonly Tensor[]) => Tensor | undefined,
): { [Name in keyof Outputs]: Tensor } {
  const became = new Map<Tensor, Tensor>();
  for (const node of walk(Object.values(outputs))) {
    const inputs = node.inputs.map((x) => became.get(x)!);
    const kept = inputs.every((x, i) => x === node.inputs[i]) ? node : new Tensor(node.op, inputs, node.attrs, node);
    became.set(node, rule(node, inputs) ?? kept);
  }
  const entries = Object.entries(outputs).map(([name, tensor]) => [name, became.get(tensor)!]);
  return Object.fromEntries(entries) as { [Name in keyof Outputs]: Tensor };
}
