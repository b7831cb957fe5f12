import type { AttentionForm, Shape, Tensor } from "../graph/index.ts";
import * as graph from "../graph/index.ts";
import type { Scope } from "../weights/scope.ts";

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
  /** Added to the scores [N, heads, Tq, Tk], broadcasting. */
  readonly mask?: Tensor;
}

/**
 * What every attention layer does between its projections: queries [N, Tq, E] look at keys and values [N, Tk, E] in `heads` equal parts
 * of E → [N, Tq, E]. `p` is the layer's scope; the hook is told its path.
 */
export function attention(
  p: Scope,
  q: Tensor,
  k: Tensor,
  v: Tensor,
  heads: number,
  { form = "fused", probabilities, mask }: AttentionOptions = {},
): Tensor {
  if (!probabilities) return graph.attention(q, k, v, { heads, mask, form });
  return graph.attend(probabilities(p.path, graph.attentionProbabilities(q, k, { heads, mask })), v);
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
