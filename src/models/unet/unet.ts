import { VisiiError } from "../../errors.ts";
import { add, concat, mul, silu, slice, sub, type Tensor } from "../../graph/index.ts";
import { type AttentionOptions, conv2d, groupNorm, linear, timestepEmbedding } from "../../nn/index.ts";
import type { Scope } from "../../weights/scope.ts";
import { type ResnetOptions, resnetBlock, upsample } from "../blocks.ts";
import {
  type Conditioning,
  keysValues,
  type PreparedConditioning,
  spatialTransformer,
  type TransformerContext,
} from "./attention.ts";
import type { UNetConfig, UNetLevel } from "./config.ts";
import { textTimeEmbedding } from "./text-embedding.ts";

export interface UNetOptions extends AttentionOptions {
  /** ControlNet's additions to the residuals of the way down, in order: conv_in's first. All of them or none. */
  readonly downResiduals?: readonly Tensor[];
  /** ControlNet's addition to the middle block's output. */
  readonly midResidual?: Tensor;
}

/**
 * UNet2DConditionModel of the Stable Diffusion 1.x family: sample [N, inChannels, H, W] at timestep [N] (float32, 0 … 999), told `conditioning`
 * → prediction [N, outChannels, H, W]. Keys of `p` are the checkpoint's. H and W may be any size, odd ones included.
 */
export function unet(
  p: Scope,
  config: UNetConfig,
  sample: Tensor,
  timestep: Tensor,
  conditioning: Conditioning,
  options: UNetOptions = {},
): Tensor {
  const { levels, normGroups: groups, normEps: eps } = config;
  const context: TransformerContext = { ...options, config, conditioning };
  const time = timeEmbedding(p.at("time_embedding"), config, timestep);
  const text = "layers" in conditioning ? conditioning.textEmbedding : textEmbedding(p, config, conditioning, options);
  const temb = text ? add(time, text) : time; // [N, timeEmbeddingWidth]
  const resnet: ResnetOptions = { groups, eps, temb, scaleShift: config.timeScaleShift };

  const centered = config.centerInputSample ? sub(mul(sample, 2), 1) : sample;
  let h = conv2d(p.at("conv_in"), centered, levels[0]!.channels, { kernel: config.convInKernel });

  const residuals = [h];
  for (const [i, level] of levels.entries()) {
    const down = p.at("down_blocks", i);
    for (let j = 0; j < config.layersPerBlock[i]!; j++) {
      h = resnetBlock(down.at("resnets", j), h, level.channels, resnet);
      if (level.downAttention) h = spatialTransformer(down.at("attentions", j), h, level, context);
      residuals.push(h);
    }
    if (i < levels.length - 1) {
      h = conv2d(down.at("downsamplers", 0, "conv"), h, level.channels, { stride: 2, padding: 1 }); // [N, C, ⌈H/2⌉, ⌈W/2⌉]
      residuals.push(h);
    }
  }
  if (options.downResiduals) addTo(residuals, options.downResiduals);

  const deepest = levels.at(-1)!;
  h = middle(p.at("mid_block"), h, deepest, resnet, context);
  if (options.midResidual) h = add(h, options.midResidual);

  for (const [i, level] of levels.toReversed().entries()) {
    const up = p.at("up_blocks", i);
    const layers = config.layersPerBlock[levels.length - 1 - i]! + 1;
    for (let j = 0; j < layers; j++) {
      h = concat([h, residuals.pop()!], 1); // [N, C + C of the residual, H, W]
      h = resnetBlock(up.at("resnets", j), h, level.channels, resnet);
      if (level.upAttention) h = spatialTransformer(up.at("attentions", j), h, level, context);
    }
    // An odd size was rounded up on the way down: the doubled picture is cut to the residual that it meets next.
    if (i < levels.length - 1) h = upsample(up.at("upsamplers", 0), h, (doubled) => cropTo(doubled, residuals.at(-1)!));
  }

  h = silu(groupNorm(p.at("conv_norm_out"), h, groups, eps));
  return conv2d(p.at("conv_out"), h, config.outChannels, { kernel: config.convOutKernel });
}

/** UNetMidBlock2DCrossAttn */
function middle(p: Scope, x: Tensor, level: UNetLevel, resnet: ResnetOptions, context: TransformerContext): Tensor {
  const h = resnetBlock(p.at("resnets", 0), x, level.channels, resnet);
  const attended = spatialTransformer(p.at("attentions", 0), h, middleLevel(level), context);
  return resnetBlock(p.at("resnets", 1), attended, level.channels, resnet);
}

/** diffusers gives the middle block self-attention whatever `only_cross_attention` says. */
function middleLevel(level: UNetLevel): UNetLevel {
  return { ...level, onlyCrossAttention: false };
}

/** timestep [N] → [N, timeEmbeddingWidth] */
function timeEmbedding(p: Scope, config: UNetConfig, timestep: Tensor): Tensor {
  const waves = timestepEmbedding(timestep, config.levels[0]!.channels, config);
  const hidden = silu(linear(p.at("linear_1"), waves, config.timeEmbeddingWidth));
  return linear(p.at("linear_2"), hidden, config.timeEmbeddingWidth);
}

function textEmbedding(p: Scope, config: UNetConfig, states: Tensor, options: AttentionOptions): Tensor | undefined {
  const { textEmbeddingHeads: heads, timeEmbeddingWidth } = config;
  return heads === 0 ? undefined : textTimeEmbedding(p.at("add_embedding"), states, timeEmbeddingWidth, heads, options);
}

function addTo(residuals: Tensor[], additions: readonly Tensor[]): void {
  if (additions.length !== residuals.length) {
    throw new VisiiError("graph", `unet: expected ${residuals.length} residuals, got ${additions.length}`);
  }
  for (const [i, addition] of additions.entries()) residuals[i] = add(residuals[i]!, addition);
}

function cropTo(x: Tensor, target: Tensor): Tensor {
  return [2, 3].reduce(
    (y, axis) => (y.shape[axis] === target.shape[axis] ? y : slice(y, axis, 0, target.shape[axis]!)),
    x,
  );
}

/**
 * What the UNet makes of the encoder's states [N, T, E] before it looks at a picture: it does not change while one is made, so it may be
 * computed once and given to `unet` as its conditioning.
 */
export function prepareConditioning(p: Scope, config: UNetConfig, states: Tensor): PreparedConditioning {
  const layers = crossAttentions(p, config).map(
    ({ scope, channels }) => [scope.path, keysValues(scope, states, channels)] as const,
  );
  const text = textEmbedding(p, config, states, {});
  return { layers: new Map(layers), ...(text && { textEmbedding: text }) };
}

function crossAttentions(p: Scope, config: UNetConfig): { scope: Scope; channels: number }[] {
  const { levels, layersPerBlock } = config;
  const inTransformer = (scope: Scope, level: UNetLevel) =>
    Array.from({ length: level.transformerLayers }, (_, i) => scope.at("transformer_blocks", i)).flatMap((block) =>
      (level.onlyCrossAttention ? ["attn1", "attn2"] : ["attn2"]).map((name) => ({
        scope: block.at(name),
        channels: level.channels,
      })),
    );
  const inBlock = (scope: Scope, level: UNetLevel, count: number) =>
    Array.from({ length: count }, (_, j) => inTransformer(scope.at("attentions", j), level)).flat();
  return [
    ...levels.flatMap((level, i) =>
      level.downAttention ? inBlock(p.at("down_blocks", i), level, layersPerBlock[i]!) : [],
    ),
    ...inBlock(p.at("mid_block"), middleLevel(levels.at(-1)!), 1),
    ...levels.toReversed().flatMap((level, i) => {
      const count = layersPerBlock[levels.length - 1 - i]! + 1;
      return level.upAttention ? inBlock(p.at("up_blocks", i), level, count) : [];
    }),
  ];
}
