import { cast } from "./ops/elementwise.ts";
import { rewrite } from "./rewrite.ts";
import { Tensor } from "./tensor.ts";

/** What takes the time. Products of single rows (a timestep's, a pooled text's, a loss's) take none, and stay in 32 bits. */
const HEAVY = ["conv2d", "conv2dInput", "attention", "matmul", "matmulTransposed"];
/** Sums and exponentials within: computed in 32 bits, handed on in 16. */
const NORMALIZING = ["normalize", "layerNorm", "softmax"];
/** Ops that only move elements, so that rounding before or after them is the same. */
const MOVING = ["reshape", "transpose", "slice"];
/** In 16 bits where all that they are given is. Their results are about as large as what they are given; squares' are not. */
const FOLLOWING = [
  ...MOVING,
  ...["concat", "pad", "broadcastTo", "upsampleNearest"],
  ...["add", "sub", "mul", "neg", "abs", "maximum", "minimum"],
  ...["silu", "quickGelu", "gelu", "geluTanh", "erf", "tanh", "sigmoid", "relu"],
];

/**
 * The same outputs, with the networks computed in 16 bits: convolutions, attention and matrix products, and what lies between them. Where 16 bits meet
 * 32, the result has 32, and ops that are not named above have 32 always: sums, losses, sines, the optimiser. Inputs and outputs keep their types.
 */
export function inHalf<Outputs extends Readonly<Record<string, Tensor>>>(outputs: Outputs): Outputs {
  const precise = new Precisions();
  const rewritten = rewrite(outputs, (node, inputs) => precise.place(node, inputs));
  const entries = Object.entries(rewritten).map(([name, tensor]) => [name, precise.single(tensor)]);
  return Object.fromEntries(entries) as Outputs;
}

/** Values in both precisions, each cast once at most. */
class Precisions {
  private readonly halves = new Map<Tensor, Tensor>();
  private readonly singles = new Map<Tensor, Tensor>();
  /** What follows from weights and constants alone. It fits in with what it meets. */
  private readonly frozen = new Set<Tensor>();

  /** What takes a node's place, given what has taken its inputs'. */
  place(node: Tensor, inputs: readonly Tensor[]): Tensor {
    const { op, attrs, shape } = node;
    if (op.name !== "input" && inputs.every((x) => this.frozen.has(x))) {
      this.frozen.add(node);
      return node;
    }
    if (this.fits(node, inputs)) {
      const halves = inputs.map((x) => this.half(x));
      return new Tensor(op, halves, attrs, { dtype: "float16", shape });
    }
    const singles = inputs.map((x) => this.single(x));
    const same = singles.every((x, i) => x === node.inputs[i]);
    const result = same ? node : new Tensor(op, singles, attrs, node);
    return NORMALIZING.includes(op.name) ? this.half(result) : result;
  }

  private fits({ op, inputs: [first] }: Tensor, inputs: readonly Tensor[]): boolean {
    if (HEAVY.includes(op.name)) return first!.rank > 2;
    const given = inputs.filter((x) => !this.frozen.has(x));
    return FOLLOWING.includes(op.name) && given.every(({ dtype }) => dtype === "float16");
  }

  single(x: Tensor): Tensor {
    if (x.dtype !== "float16") return x;
    const known = this.singles.get(x);
    if (known) return known; // what it was rounded from, if it was
    const single = cast(x, "float32");
    this.pair(single, x);
    return single;
  }

  half(x: Tensor): Tensor {
    if (x.dtype !== "float32") return x;
    const known = this.halves.get(x);
    if (known) return known;
    const half = this.rounded(x);
    this.pair(x, half);
    return half;
  }

  private pair(single: Tensor, half: Tensor): void {
    this.singles.set(half, single);
    this.halves.set(single, half);
  }

  /** Weights are rounded where they are stored, or not at all if they are stored so. */
  private rounded(x: Tensor): Tensor {
    const type = { dtype: "float16", shape: x.shape } as const;
    if (x.op.name === "parameter") return new Tensor(x.op, [], x.attrs, type);
    if (!this.frozen.has(x) || !MOVING.includes(x.op.name)) return cast(x, "float16");
    return new Tensor(
      x.op,
      x.inputs.map((input) => this.half(input)),
      x.attrs,
      type,
    );
  }
}
