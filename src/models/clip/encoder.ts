import { add, gelu, quickGelu, type Tensor } from "../../graph/index.ts";
import { attention, layerNorm, linear } from "../../nn/index.ts";
import type { Scope } from "../../weights/scope.ts";
import type { ClipEncoderConfig } from "./config.ts";

/** CLIPEncoder, the pre-norm transformer of both towers: x [N, T, E] → [N, T, E]. `mask` is added to the attention scores. */
export function clipEncoder(p: Scope, config: ClipEncoderConfig, x: Tensor, mask?: Tensor): Tensor {
  let h = x;
  for (let i = 0; i < config.layers; i++) {
    const layer = p.at("layers", i);
    h = add(h, selfAttention(layer.at("self_attn"), config, layerNorm(layer.at("layer_norm1"), h, config.eps), mask));
    h = add(h, mlp(layer.at("mlp"), config, layerNorm(layer.at("layer_norm2"), h, config.eps)));
  }
  return h;
}

function selfAttention(p: Scope, { width, heads }: ClipEncoderConfig, x: Tensor, mask?: Tensor): Tensor {
  const [q, k, v] = ["q_proj", "k_proj", "v_proj"].map((name) => linear(p.at(name), x, width)) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  return linear(p.at("out_proj"), attention(p, q, k, v, heads, mask && { mask }), width);
}

function mlp(p: Scope, { width, mlpWidth, activation }: ClipEncoderConfig, x: Tensor): Tensor {
  const hidden = linear(p.at("fc1"), x, mlpWidth);
  return linear(p.at("fc2"), activation === "gelu" ? gelu(hidden) : quickGelu(hidden), width);
}
