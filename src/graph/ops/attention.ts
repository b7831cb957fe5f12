import { defineOp } from "../op.ts";
import { ensure, sizeOf, type Tensor } from "../tensor.ts";
import { add, mul, neg } from "./elementwise.ts";
import { matmul } from "./matmul.ts";
import { after, told } from "./order.ts";
import { softmax, sum } from "./reduce.ts";
import { concat, reshape, slice, swapLast, transpose } from "./shape.ts";

/**
 * How attention is computed: by the runtime's fused kernel, by plain products whose probabilities exist in memory, or by such products a
 * block of queries at a time.
 */
export type AttentionForm = "fused" | "materialized" | "blockwise";

export interface AttentionOptions {
  readonly heads: number;
  /** What the scores are multiplied by; default 1/√(width of a head). */
  readonly scale?: number;
  /** Added to the scores; broadcasts to [B,heads,Tq,Tk]. */
  readonly mask?: Tensor | undefined;
  /** Default "fused". */
  readonly form?: AttentionForm;
}

/** Queries per block, at most: memory then grows with 512 · Tk rather than Tq · Tk; fewer than 256 per block is slower. */
const BLOCK = 512;

/** Bytes that one block's scores may take: what WebGPU promises to bind at once. */
const BLOCK_BYTES = 128 * 2 ** 20;

/** Bytes of a block's scores that a processor's caches bear: a backward pass that goes through each six times takes as many heads at once as fit, at least one. */
const CACHED_BYTES = 8 * 2 ** 20;

interface AttentionAttrs {
  readonly heads: number;
  readonly scale: number;
}

const fusedOp = defineOp<AttentionAttrs>({
  name: "attention",
  infer: ([q]) => ({ dtype: "float32", shape: q!.shape }),
  vjp: (node, dy, { heads, scale }, wants) => {
    const [q, k, v, mask] = node.inputs as [Tensor, Tensor, Tensor, Tensor?];
    return blockwiseBackward({ q, k, v, mask, out: node, dy, heads, scale, wantsMask: wants(3) });
  },
  emit: ([q, k, v, mask], { heads, scale }, e) =>
    e.node(
      "MultiHeadAttention",
      mask ? [q!, k!, v!, "", "", mask] : [q!, k!, v!],
      { num_heads: heads, scale: { float: scale } },
      "com.microsoft",
    ),
  flops: ({ inputs: [q, k] }) => 4 * sizeOf(q!.shape) * k!.shape[1]!, // QKᵀ and PV
});

/** [B,T,heads·d] → [B,heads,T,d] */
function toHeads(x: Tensor, heads: number): Tensor {
  const [b, t, width] = x.shape as [number, number, number];
  return transpose(reshape(x, [b, t, heads, width / heads]), [0, 2, 1, 3]);
}

/** [B,heads,T,d] → [B,T,heads·d] */
function fromHeads(x: Tensor): Tensor {
  const [b, heads, t, d] = x.shape as [number, number, number, number];
  return reshape(transpose(x, [0, 2, 1, 3]), [b, t, heads * d]);
}

/** softmax(s·QKᵀ + mask) of queries and keys that are split into heads: [B,heads,Tq,Tk]. */
function probabilities(q: Tensor, k: Tensor, scale: number, mask?: Tensor): Tensor {
  const scores = matmul(mul(q, scale), swapLast(k));
  return softmax(mask ? add(scores, mask) : scores);
}

/** The rows of a mask that belong to some queries, if it tells queries apart at all. */
function maskRows(mask: Tensor | undefined, start: number, end: number): Tensor | undefined {
  return mask && mask.rank >= 2 && mask.shape.at(-2) !== 1 ? slice(mask, -2, start, end) : mask;
}

/** The queries' rows [start, end) block by block; `scores` are all that one query has, over batch, heads and keys. */
function blocks(queries: number, scores: number): [start: number, end: number][] {
  let size = BLOCK;
  while (size > 1 && size * scores * 4 > BLOCK_BYTES) size /= 2;
  return Array.from({ length: Math.ceil(queries / size) }, (_, i) => [i * size, Math.min(queries, (i + 1) * size)]);
}

/** How many heads are looked at together on the way back. */
function headsAtOnce(heads: number, blockScores: number): number {
  let count = heads;
  while (count % 2 === 0 && count * blockScores * 4 > CACHED_BYTES) count /= 2;
  return count;
}

function scoresPerQuery(k: Tensor, heads: number): number {
  return k.shape[0]! * heads * k.shape[1]!;
}

interface BackwardArgs {
  q: Tensor;
  k: Tensor;
  v: Tensor;
  mask: Tensor | undefined;
  out: Tensor;
  dy: Tensor;
  heads: number;
  scale: number;
  wantsMask: boolean;
}

/**
 * O = PV, P = softmax(S), S = s·QKᵀ + mask. With D = Σ(dO ∘ O) over the width of a head:
 * dV = PᵀdO, dS = P ∘ (dO·Vᵀ − D), dQ = s·dS·K, dK = s·dSᵀQ, some heads and a block of queries at a time; P is computed again rather than kept. D is
 * subtracted within the product, as one more column: [dO, −D]·[V, 1]ᵀ.
 */
function blockwiseBackward({ q, k, v, mask, out, dy, heads, scale, wantsMask }: BackwardArgs): (Tensor | undefined)[] {
  const [queries, keys, values, slopes] = [
    mul(toHeads(q, heads), scale),
    toHeads(k, heads),
    toHeads(v, heads),
    toHeads(dy, heads),
  ];
  const inner = sum(mul(slopes, toHeads(out, heads)), [-1], true); // [B, heads, Tq, 1]
  const slopesAndInner = concat([slopes, neg(inner)], -1); // [B, heads, Tq, d + 1]
  const valuesAndOne = concat([values, add(mul(slice(values, -1, 0, 1), 0), 1)], -1); // [B, heads, Tk, d + 1]
  const parts = blocks(q.shape[1]!, scoresPerQuery(k, heads));
  const count = headsAtOnce(heads, (parts[0]![1] - parts[0]![0]) * scoresPerQuery(k, 1));
  const groups: HeadsBackward[] = [];
  for (let first = 0; first < heads; first += count) {
    const some = (x: Tensor) => (count === heads || x.shape[1] === 1 ? x : told(slice(x, 1, first, first + count)));
    const of = {
      queries: some(queries),
      keys: some(keys),
      slopes: some(slopes),
      slopesAndInner: some(slopesAndInner),
      valuesAndOne: some(valuesAndOne),
      mask: mask && some(mask),
      scale,
    };
    groups.push(headsBackward(of, parts, groups.at(-1)));
  }
  const whole = (name: keyof HeadsBackward) =>
    concat(
      groups.map((group) => group[name]),
      1,
    );
  return [fromHeads(whole("dQ")), fromHeads(whole("dK")), fromHeads(whole("dV")), wantsMask ? whole("dS") : undefined];
}

/** What the way back through some heads starts from; queries are scaled. */
interface Heads extends Readonly<Record<"queries" | "keys" | "slopes" | "slopesAndInner" | "valuesAndOne", Tensor>> {
  readonly mask: Tensor | undefined;
  readonly scale: number;
}

/** Gradients of some heads: of queries, keys, values, and scores. */
type HeadsBackward = Readonly<Record<"dQ" | "dK" | "dV" | "dS", Tensor>>;

/** Each block waits for the one before, and the first for the heads before, or the runtime would hold all of them at once. */
function headsBackward(
  { queries, keys, slopes, slopesAndInner, valuesAndOne, mask, scale }: Heads,
  parts: readonly (readonly [start: number, end: number])[],
  previous: HeadsBackward | undefined,
): HeadsBackward {
  const dQ: Tensor[] = [];
  const dS: Tensor[] = [];
  let dK: Tensor | undefined;
  let dV: Tensor | undefined;
  for (const [start, end] of parts) {
    const rows = (x: Tensor) => slice(x, 2, start, end);
    const block = after(rows(queries), dK ? [dQ.at(-1), dK, dV] : [previous?.dQ, previous?.dK, previous?.dV]);
    const p = probabilities(block, keys, 1, maskRows(mask, start, end)); // [B, heads, block, Tk]
    const dScores = mul(p, matmul(rows(slopesAndInner), swapLast(valuesAndOne)));
    dQ.push(mul(matmul(dScores, keys), scale));
    dS.push(dScores);
    const [k1, v1] = [matmul(swapLast(dScores), block), matmul(swapLast(p), rows(slopes))];
    dK = dK ? add(dK, k1) : k1;
    dV = dV ? add(dV, v1) : v1;
  }
  return { dQ: concat(dQ, 2), dK: dK!, dV: dV!, dS: concat(dS, 2) };
}

function checked(q: Tensor, k: Tensor, v: Tensor, { heads, mask }: AttentionOptions): void {
  const ranks = q.rank === 3 && k.rank === 3 && v.rank === 3;
  ensure(
    ranks && k.shape[1] === v.shape[1] && q.shape[0] === k.shape[0],
    "attention",
    `expected [B,T,heads·d], got ${q}, ${k} and ${v}`,
  );
  ensure(
    q.shape[2] === k.shape[2] && q.shape[2] === v.shape[2],
    "attention",
    `expected one width, got ${q}, ${k} and ${v}`,
  );
  ensure(q.shape[2]! % heads === 0, "attention", `a width of ${q.shape[2]} does not divide into ${heads} heads`);
  ensure(!mask || mask.rank === 4, "attention", `expected a mask [B,heads,Tq,Tk], got ${mask}`);
}

/** Multi-head attention: queries [B,Tq,heads·d], keys and values [B,Tk,heads·d] → [B,Tq,heads·d]. */
export function attention(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions): Tensor {
  checked(q, k, v, options);
  const { heads, mask, form = "fused" } = options;
  const scale = options.scale ?? 1 / Math.sqrt(q.shape[2]! / heads);
  if (form === "fused") return fusedOp(mask ? [q, k, v, mask] : [q, k, v], { heads, scale });
  const [queries, keys, values] = [toHeads(q, heads), toHeads(k, heads), toHeads(v, heads)];
  const length = q.shape[1]!;
  const parts = (form === "materialized" ? [[0, length] as const] : blocks(length, scoresPerQuery(k, heads))).map(
    ([start, end]) => {
      const p = probabilities(slice(queries, 2, start, end), keys, scale, maskRows(mask, start, end));
      return matmul(p, values);
    },
  );
  return fromHeads(concat(parts, 2));
}

/** The probabilities with which queries look at keys: [B,heads,Tq,Tk]. */
export function attentionProbabilities(q: Tensor, k: Tensor, options: AttentionOptions): Tensor {
  checked(q, k, k, options);
  const scale = options.scale ?? 1 / Math.sqrt(q.shape[2]! / options.heads);
  return probabilities(toHeads(q, options.heads), toHeads(k, options.heads), scale, options.mask);
}

/** Values gathered with probabilities [B,heads,Tq,Tk] from {@link attentionProbabilities}, edited or not: → [B,Tq,heads·d]. */
export function attend(weights: Tensor, v: Tensor): Tensor {
  return fromHeads(matmul(weights, toHeads(v, weights.shape[1]!)));
}

/** A fused attention by plain products, a block of queries at a time; `inputs` stand in for the node's own. */
export function unfused({ attrs }: Tensor, [q, k, v, mask]: readonly Tensor[]): Tensor {
  return attention(q!, k!, v!, { ...(attrs as AttentionAttrs), mask, form: "blockwise" });
}
