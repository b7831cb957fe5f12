/** What the UNet and the VAE share: residual blocks and resampling, keys as in diffusers. */
import { add, mul, reshape, silu, split, type Tensor, upsampleNearest } from "../graph/index.ts";
import { conv2d, groupNorm, linear } from "../nn/index.ts";
import type { Scope } from "../weights/scope.ts";

export interface ResnetOptions {
  readonly groups: number;
  readonly eps: number;
  /** Time embedding [N, 4·C₀], let in between the convolutions. The VAE has none. */
  readonly temb?: Tensor;
  /** Whether it scales and shifts the second norm's output, instead of being added before that norm. */
  readonly scaleShift?: boolean;
}

/** Norm, SiLU, convolution, twice, around a shortcut: [N, C, H, W] → [N, channels, H, W]. */
export function resnetBlock(p: Scope, x: Tensor, channels: number, options: ResnetOptions): Tensor {
  const { groups, eps } = options;
  const h = conv2d(p.at("conv1"), silu(groupNorm(p.at("norm1"), x, groups, eps)), channels);
  const out = conv2d(p.at("conv2"), silu(timedNorm(p, h, options)), channels);
  const shortcut = x.shape[1] === channels ? x : conv2d(p.at("conv_shortcut"), x, channels, { kernel: 1 });
  return add(shortcut, out);
}

/** The second norm, and the time embedding's say in it. [N, C, H, W] → the same */
function timedNorm(p: Scope, x: Tensor, { groups, eps, temb, scaleShift }: ResnetOptions): Tensor {
  const norm = (h: Tensor) => groupNorm(p.at("norm2"), h, groups, eps);
  if (!temb) return norm(x);
  const channels = x.shape[1]!;
  const perChannel = (features: number) =>
    reshape(linear(p.at("time_emb_proj"), silu(temb), features), [-1, features, 1, 1]);
  if (!scaleShift) return norm(add(x, perChannel(channels)));
  const [scale, shift] = split(perChannel(2 * channels), [channels, channels], 1) as [Tensor, Tensor];
  return add(mul(norm(x), add(scale, 1)), shift);
}

/** Nearest neighbour, then a convolution: [N, C, H, W] → [N, C, 2H, 2W]. */
export function upsample(p: Scope, x: Tensor, crop: (doubled: Tensor) => Tensor = (doubled) => doubled): Tensor {
  return conv2d(p.at("conv"), crop(upsampleNearest(x, 2)), x.shape[1]!);
}
