import { VisiiError } from "../../errors.ts";
import { add, gelu, mul, split, type Tensor } from "../../graph/index.ts";
import {
  type AttentionOptions,
  attention,
  conv2d,
  groupNorm,
  layerNorm,
  linear,
  pictureToTokens,
  tokensToPicture,
} from "../../nn/index.ts";
import type { Scope } from "../../weights/scope.ts";
import type { UNetConfig, UNetLevel } from "./config.ts";

/** Keys and values of one cross-attention, each [N, T, C]. */
export interface KeysValues {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** The encoder's hidden states as the layers see them, computed once for many steps by `prepareConditioning`. */
export interface PreparedConditioning {
  /** Of each layer that looks at the states, by its path. */
  readonly layers: ReadonlyMap<string, KeysValues>;
  /** [N, timeEmbeddingWidth], in a UNet whose time embedding the text is added to. */
  readonly textEmbedding?: Tensor;
}

/** What the UNet is told: the encoder's hidden states [N, T, E], or what it would make of them. */
export type Conditioning = Tensor | PreparedConditioning;

export interface TransformerContext extends AttentionOptions {
  readonly config: UNetConfig;
  readonly conditioning: Conditioning;
}

/** Transformer2DModel: the picture's positions as tokens, through the level's blocks, and added back. [N, C, H, W] → the same. */
export function spatialTransformer(p: Scope, x: Tensor, level: UNetLevel, context: TransformerContext): Tensor {
  const { linearProjection, normGroups } = context.config;
  const channels = x.shape[1]!;
  const normed = groupNorm(p.at("norm"), x, normGroups, 1e-6);
  let h = linearProjection
    ? linear(p.at("proj_in"), pictureToTokens(normed), channels)
    : pictureToTokens(conv2d(p.at("proj_in"), normed, channels, { kernel: 1 })); // [N, H·W, C]
  for (let i = 0; i < level.transformerLayers; i++) {
    h = transformerBlock(p.at("transformer_blocks", i), h, level, context);
  }
  const out = linearProjection
    ? tokensToPicture(linear(p.at("proj_out"), h, channels), x.shape)
    : conv2d(p.at("proj_out"), tokensToPicture(h, x.shape), channels, { kernel: 1 }); // [N, C, H, W]
  return add(out, x);
}

/** BasicTransformerBlock: self-attention, cross-attention, feed-forward, each normed and residual. x: [N, T, C] */
function transformerBlock(p: Scope, x: Tensor, level: UNetLevel, context: TransformerContext): Tensor {
  const norm = (name: string, h: Tensor) => layerNorm(p.at(name), h, 1e-5);
  const attend = (name: string, h: Tensor, source: Conditioning) =>
    attentionLayer(p.at(name), h, source, level.heads, context);
  const first = norm("norm1", x);
  let h = add(x, attend("attn1", first, level.onlyCrossAttention ? context.conditioning : first));
  h = add(h, attend("attn2", norm("norm2", h), context.conditioning));
  return add(h, feedForward(p.at("ff"), norm("norm3", h)));
}

function attentionLayer(p: Scope, x: Tensor, source: Conditioning, heads: number, options: AttentionOptions): Tensor {
  const width = x.shape[2]!;
  const q = linear(p.at("to_q"), x, width, { bias: false });
  const { keys, values } = "layers" in source ? givenFor(p.path, source.layers) : keysValues(p, source, width);
  const out = attention(p, q, keys, values, heads, options); // [N, H·W, C]
  return linear(p.at("to_out", 0), out, width);
}

function givenFor(path: string, layers: ReadonlyMap<string, KeysValues>): KeysValues {
  const given = layers.get(path);
  if (!given) throw new VisiiError("graph", `unet: the conditioning has no keys and values for ${path}`, { path });
  return given;
}

/** The projections of states [N, T, E] that the attention at `p` attends to, each [N, T, width]. */
export function keysValues(p: Scope, states: Tensor, width: number): KeysValues {
  return {
    keys: linear(p.at("to_k"), states, width, { bias: false }),
    values: linear(p.at("to_v"), states, width, { bias: false }),
  };
}

/** GEGLU, four times as wide. [N, T, C] → [N, T, C] */
function feedForward(p: Scope, x: Tensor): Tensor {
  const width = x.shape[2]!;
  const both = linear(p.at("net", 0, "proj"), x, 8 * width); // [N, T, 8C]
  const [value, gate] = split(both, [4 * width, 4 * width], -1) as [Tensor, Tensor];
  return linear(p.at("net", 2), mul(value, gelu(gate)), width);
}
