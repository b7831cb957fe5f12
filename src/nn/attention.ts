import type { Shape, Tensor } from "../graph/index.ts";
import * as graph from "../graph/index.ts";

export type AttentionForm = "fused" | "materialized" | "blockwise";

/**
 * Sees, and may replace, the attention probabilities [N, heads, Tq, Tk] of the layer at `path` (its scope's path, such as
 * `down_blocks.0.attentions.0.transformer_blocks.0.attn2`). Prompt-to-prompt and attention maps work through it.
 */
export type ProbabilitiesHook = (path: string, probabilities: Tensor) => Tensor;

export interface AttentionOptions {
  /** How the products are computed; all forms give the same numbers up to rounding. @default "fused" */
  readonly form?: AttentionForm;
  /** Makes every layer that it covers materialise its probabilities. */
  readonly probabilities?: ProbabilitiesHook;
}

/**
 * Attention of queries [N, Tq, E] over keys and values [N, Tk, E] in `heads` equal parts of E → [N, Tq, E]. `mask` is added to the scores
 * [N, heads, Tq, Tk] (broadcasting); `path` names the layer to the hook.
 */
export function attend(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  heads: number,
  options: AttentionOptions & { readonly mask?: Tensor; readonly path: string },
): Tensor {
  const mask = options.mask && { mask: options.mask };
  if (!options.probabilities) return graph.attention(q, k, v, { heads, ...mask, form: options.form ?? "fused" });
  const probabilities = options.probabilities(options.path, graph.attentionProbabilities(q, k, { heads, ...mask }));
  return mergeHeads(graph.matmul(probabilities, splitHeads(v, heads)));
}

function splitHeads(x: Tensor, heads: number): Tensor {
  const [n, t, e] = x.shape as [number, number, number];
  return graph.transpose(graph.reshape(x, [n, t, heads, e / heads]), [0, 2, 1, 3]); // [N, heads, T, E / heads]
}

function mergeHeads(x: Tensor): Tensor {
  const [n, heads, t, d] = x.shape as [number, number, number, number];
  return graph.reshape(graph.transpose(x, [0, 2, 1, 3]), [n, t, heads * d]); // [N, T, E]
}

/** [N, C, H, W] → [N, H·W, C]: every position of a picture becomes a token. */
export function pictureToTokens(x: Tensor): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  return graph.transpose(graph.reshape(x, [n, c, h * w]), [0, 2, 1]);
}

/** [N, H·W, C] → [N, C, H, W], the shape given. */
export function tokensToPicture(x: Tensor, shape: Shape): Tensor {
  return graph.reshape(graph.transpose(x, [0, 2, 1]), shape);
}
