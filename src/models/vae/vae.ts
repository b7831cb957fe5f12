import { add, clamp, exp, mul, silu, split, type Tensor } from "../../graph/index.ts";
import { attention, conv2d, groupNorm, linear, pictureToTokens, tokensToPicture } from "../../nn/index.ts";
import type { Scope } from "../../weights/scope.ts";
import { resnetBlock, upsample } from "../blocks.ts";
import type { VaeConfig } from "./config.ts";

const EPS = 1e-6;

/** A diagonal normal over latents, each [N, latentChannels, H / factor, W / factor]. */
export interface LatentDistribution {
  /** Also the mode, which is what the method encodes with. */
  readonly mean: Tensor;
  /** Logarithm of the variance, −30 … 20. */
  readonly logvar: Tensor;
}

/** AutoencoderKL's encoder: pixels [N, 3, H, W] in −1 … 1, H and W multiples of `config.factor` → latents, not scaled by `scalingFactor`. */
export function vaeEncode(p: Scope, config: VaeConfig, pixels: Tensor): LatentDistribution {
  const { channels, latentChannels, normGroups: groups } = config;
  const encoder = p.at("encoder");
  let h = conv2d(encoder.at("conv_in"), pixels, channels[0]!);
  for (const [i, width] of channels.entries()) {
    const down = encoder.at("down_blocks", i);
    for (let j = 0; j < config.layersPerBlock; j++) {
      h = resnetBlock(down.at("resnets", j), h, width, { groups, eps: EPS });
    }
    if (i < channels.length - 1) {
      // Zeros below and at the right only.
      h = conv2d(down.at("downsamplers", 0, "conv"), h, width, { stride: 2, padding: [0, 0, 1, 1] }); // [N, C, H/2, W/2]
    }
  }
  h = middle(encoder.at("mid_block"), h, config);
  h = silu(groupNorm(encoder.at("conv_norm_out"), h, groups, EPS));
  let moments = conv2d(encoder.at("conv_out"), h, 2 * latentChannels);
  if (config.quantConv) moments = conv2d(p.at("quant_conv"), moments, 2 * latentChannels, { kernel: 1 });
  const [mean, logvar] = split(moments, [latentChannels, latentChannels], 1) as [Tensor, Tensor];
  return { mean, logvar: clamp(logvar, -30, 20) };
}

/** mean + σ · noise, for noise of the latents' shape. */
export function sampleLatents({ mean, logvar }: LatentDistribution, noise: Tensor): Tensor {
  return add(mean, mul(exp(mul(logvar, 0.5)), noise));
}

/** AutoencoderKL's decoder: latents as `vaeEncode` gives them → pixels [N, 3, H, W], about −1 … 1, not clamped. */
export function vaeDecode(p: Scope, config: VaeConfig, latents: Tensor): Tensor {
  const { channels, latentChannels, normGroups: groups } = config;
  const decoder = p.at("decoder");
  const z = config.postQuantConv ? conv2d(p.at("post_quant_conv"), latents, latentChannels, { kernel: 1 }) : latents;
  let h = conv2d(decoder.at("conv_in"), z, channels.at(-1)!);
  h = middle(decoder.at("mid_block"), h, config);
  for (const [i, width] of channels.toReversed().entries()) {
    const up = decoder.at("up_blocks", i);
    for (let j = 0; j < config.layersPerBlock + 1; j++) {
      h = resnetBlock(up.at("resnets", j), h, width, { groups, eps: EPS });
    }
    if (i < channels.length - 1) h = upsample(up.at("upsamplers", 0), h); // [N, C, 2H, 2W]
  }
  h = silu(groupNorm(decoder.at("conv_norm_out"), h, groups, EPS));
  return conv2d(decoder.at("conv_out"), h, config.outChannels);
}

/** UNetMidBlock2D: [N, C, H, W] → the same. */
function middle(p: Scope, x: Tensor, { normGroups: groups, midAttention }: VaeConfig): Tensor {
  const width = x.shape[1]!;
  let h = resnetBlock(p.at("resnets", 0), x, width, { groups, eps: EPS });
  if (midAttention) h = selfAttention(p.at("attentions", 0), h, groups);
  return resnetBlock(p.at("resnets", 1), h, width, { groups, eps: EPS });
}

/** One head over all positions. [N, C, H, W] → the same */
function selfAttention(p: Scope, x: Tensor, groups: number): Tensor {
  const width = x.shape[1]!;
  const h = pictureToTokens(groupNorm(p.at("group_norm"), x, groups, EPS)); // [N, H·W, C]
  const [q, k, v] = ["to_q", "to_k", "to_v"].map((name) => linear(p.at(name), h, width)) as [Tensor, Tensor, Tensor];
  const out = linear(p.at("to_out", 0), attention(p, q, k, v, 1), width);
  return add(tokensToPicture(out, x.shape), x);
}
