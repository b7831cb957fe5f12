/** What the UNet and the VAE share: residual blocks and resampling, keys as in diffusers. */
import { add, reshape, silu, type Tensor, upsampleNearest } from "../graph/index.ts";
import { conv2d, groupNorm, linear } from "../nn/index.ts";
import type { Scope } from "../weights/scope.ts";

export interface ResnetOptions {
  readonly groups: number;
  readonly eps: number;
  /** Time embedding [N, 4·C₀], added between the convolutions. The VAE has none. */
  readonly temb?: Tensor;
}

/** Norm, SiLU, convolution, twice, around a shortcut: [N, C, H, W] → [N, channels, H, W]. */
export function resnetBlock(p: Scope, x: Tensor, channels: number, { groups, eps, temb }: ResnetOptions): Tensor {
  let h = conv2d(p.at("conv1"), silu(groupNorm(p.at("norm1"), x, groups, eps)), channels);
  if (temb) {
    const shift = linear(p.at("time_emb_proj"), silu(temb), channels);
    h = add(h, reshape(shift, [-1, channels, 1, 1]));
  }
  h = conv2d(p.at("conv2"), silu(groupNorm(p.at("norm2"), h, groups, eps)), channels);
  const shortcut = x.shape[1] === channels ? x : conv2d(p.at("conv_shortcut"), x, channels, { kernel: 1 });
  return add(shortcut, h);
}

/** Nearest neighbour, then a convolution: [N, C, H, W] → [N, C, 2H, 2W]. */
export function upsample(p: Scope, x: Tensor, crop: (doubled: Tensor) => Tensor = (doubled) => doubled): Tensor {
  return conv2d(p.at("conv"), crop(upsampleNearest(x, 2)), x.shape[1]!);
}
