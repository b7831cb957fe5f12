import { add, concat, mean, reshape, type Tensor } from "../../graph/index.ts";
import { type AttentionOptions, attention, layerNorm, linear } from "../../nn/index.ts";
import type { Scope } from "../../weights/scope.ts";

/**
 * TextTimeEmbedding (`addition_embed_type: "text"`): the encoder's states [N, T, E] as one vector per sample [N, width], to be added to the
 * time embedding. So the text reaches every residual block, where cross-attention reaches only its own levels.
 */
export function textTimeEmbedding(
  p: Scope,
  states: Tensor,
  width: number,
  heads: number,
  options: AttentionOptions,
): Tensor {
  const pooled = attentionPooling(p.at("pool"), layerNorm(p.at("norm1"), states, 1e-5), heads, options);
  return layerNorm(p.at("norm2"), linear(p.at("proj"), pooled, width), 1e-5);
}

/** The mean token looks at itself and at all others: [N, T, E] → [N, E]. */
function attentionPooling(p: Scope, states: Tensor, heads: number, { form = "fused" }: AttentionOptions): Tensor {
  const width = states.shape[2]!;
  const token = add(mean(states, [1], true), p.param("positional_embedding", [1, width])); // [N, 1, E]
  const all = concat([token, states], 1); // [N, 1 + T, E]
  const [q, k, v] = [
    linear(p.at("q_proj"), token, width),
    linear(p.at("k_proj"), all, width),
    linear(p.at("v_proj"), all, width),
  ];
  return reshape(attention(p, q, k, v, heads, { form }), [-1, width]);
}
