import { unfused } from "./ops/attention.ts";
import { sub } from "./ops/elementwise.ts";
import { matmul } from "./ops/matmul.ts";
import { mean } from "./ops/reduce.ts";
import { swapLast } from "./ops/shape.ts";
import { rewrite } from "./rewrite.ts";
import { Tensor } from "./tensor.ts";

/**
 * The same outputs, computed in ways that ONNX Runtime's WebGPU gets right. Its fused attention is wrong where a card's subgroups are not as large as
 * it expects, and holds scores larger than a buffer. Its norms find the variance as E[x²] − E[x]², which loses digits as the mean grows; on what
 * is already centred they are as good as the processor's.
 */
export function forWebGpu<Outputs extends Readonly<Record<string, Tensor>>>(outputs: Outputs) {
  return rewrite(outputs, (node, inputs) => {
    const [x, ...others] = inputs;
    switch (node.op.name) {
      case "matmulTransposed":
        return matmul(x!, swapLast(others[0]!)); // a contrib operator that it does not have
      case "attention":
        return unfused(node, inputs);
      case "normalize":
      case "layerNorm":
        return new Tensor(node.op, [sub(x!, mean(x!, [-1], true)), ...others], node.attrs, node);
      default:
        return undefined;
    }
  });
}
