import { type Build, defineOp } from "../op.ts";
import { ensure, sizeOf, type Tensor } from "../tensor.ts";
import { add, div, mul, sqrt, square, sub } from "./elementwise.ts";
import { constant } from "./leaf.ts";
import { mean, sum } from "./reduce.ts";
import { reshape } from "./shape.ts";

/**
 * With x̂ = (x − μ)/σ over the last axis, dx = (dy − mean(dy) − x̂ · mean(dy ∘ x̂)) / σ. x̂ is at hand; σ is cheap to find again.
 */
function normalizedGradient(x: Tensor, normalized: Tensor, dy: Tensor, epsilon: number): Tensor {
  const variance = mean(square(sub(x, mean(x, [-1], true))), [-1], true);
  const along = mul(normalized, mean(mul(dy, normalized), [-1], true));
  return div(sub(sub(dy, mean(dy, [-1], true)), along), sqrt(add(variance, epsilon)));
}

const normalizeOp = defineOp<number>({
  name: "normalize",
  infer: ([x]) => {
    ensure(x!.rank === 3, "normalize", `expected [N,G,M], got ${x}`);
    return { dtype: "float32", shape: x!.shape };
  },
  vjp: (node, dy, epsilon) => [normalizedGradient(node.inputs[0]!, node, dy, epsilon)],
  emit: ([x], epsilon, e, node) => {
    const groups = node.shape[1]!;
    return e.node("InstanceNormalization", [x!, e.filled(1, [groups]), e.filled(0, [groups])], {
      epsilon: { float: epsilon },
    });
  },
});

/** [N,C,…]: mean 0 and variance 1 within each of `groups` groups of channels, then a scale and a shift per channel, both [C]. */
export function groupNorm(x: Tensor, weight: Tensor, bias: Tensor, groups: number, epsilon: number): Tensor {
  const [n, c] = x.shape as [number, number];
  ensure(c % groups === 0, "groupNorm", `${c} channels do not divide into ${groups} groups`);
  ensure(
    sizeOf(weight.shape) === c && sizeOf(bias.shape) === c,
    "groupNorm",
    `expected weight and bias of ${c} channels, got ${weight} and ${bias}`,
  );
  const normalized = reshape(normalizeOp([reshape(x, [n, groups, -1])], epsilon), x.shape);
  const perChannel = [c, ...x.shape.slice(2).map(() => 1)];
  return add(mul(normalized, reshape(weight, perChannel)), reshape(bias, perChannel));
}

const layerNormOp: Build<number> = defineOp({
  name: "layerNorm",
  infer: ([x, weight, bias]) => {
    const width = x!.shape.at(-1);
    const fits = [weight!, bias!].every((p) => p.rank === 1 && p.shape[0] === width);
    ensure(fits, "layerNorm", `expected weight and bias of ${width} channels, got ${weight} and ${bias}`);
    return { dtype: "float32", shape: x!.shape };
  },
  vjp: (node, dy, epsilon, wants) => {
    const [x, weight] = node.inputs as [Tensor, Tensor];
    const width = weight.shape[0]!;
    const ones = constant(new Float32Array(width).fill(1), [width]);
    const normalized = layerNormOp([x, ones, constant(new Float32Array(width), [width])], epsilon);
    const rows = x.shape.slice(0, -1).map((_, i) => i);
    return [
      wants(0) ? normalizedGradient(x, normalized, mul(dy, weight), epsilon) : undefined,
      wants(1) ? sum(mul(dy, normalized), rows) : undefined,
      wants(2) ? sum(dy, rows) : undefined,
    ];
  },
  emit: (inputs, epsilon, e) => e.node("LayerNormalization", inputs, { axis: -1, epsilon: { float: epsilon } }),
});

/** Mean 0 and variance 1 along the last axis, then a scale and a shift, both [E]. */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor {
  return layerNormOp([x, weight, bias], epsilon);
}
