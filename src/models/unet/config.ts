import { VisiiError } from "../../errors.ts";
import { ConfigReader, type Json } from "../config.ts";

/** What the UNet's mathematics needs to know; a level is one entry of `block_out_channels`, outermost first. */
export interface UNetConfig {
  /** Side of the latents it was made for; only a default, any size runs. */
  readonly sampleSize: number;
  /** 4, or 8 where the latents of the picture to edit stand beside the noisy ones. */
  readonly inChannels: number;
  readonly outChannels: number;
  readonly centerInputSample: boolean;
  readonly flipSinToCos: boolean;
  readonly freqShift: number;
  readonly timeEmbeddingWidth: number;
  /** Whether the time embedding scales and shifts inside the residual blocks, instead of being added. */
  readonly timeScaleShift: boolean;
  /** Heads of the pooling that adds the text to the time embedding; 0 where that is not done. */
  readonly textEmbeddingHeads: number;
  readonly convInKernel: number;
  readonly convOutKernel: number;
  readonly normGroups: number;
  readonly normEps: number;
  /** E: width of the encoder's hidden states. */
  readonly crossAttentionWidth: number;
  readonly linearProjection: boolean;
  readonly layersPerBlock: readonly number[];
  readonly levels: readonly UNetLevel[];
}

export interface UNetLevel {
  readonly channels: number;
  /** Whether the way down and the way up have attention at this level. */
  readonly downAttention: boolean;
  readonly upAttention: boolean;
  readonly heads: number;
  readonly transformerLayers: number;
  /** Whether the first attention of each block looks at the encoder's states too, instead of at the picture itself. */
  readonly onlyCrossAttention: boolean;
}

const DOWN = ["CrossAttnDownBlock2D", "DownBlock2D"] as const;
const UP = ["UpBlock2D", "CrossAttnUpBlock2D"] as const;

/** Reads a `UNet2DConditionModel`'s config.json. Throws `VisiiError("model")` naming the option that is not supported. */
export function parseUNetConfig(json: Json, file = "unet/config.json"): UNetConfig {
  const read = new ConfigReader(file, json);
  read.only({
    _class_name: "UNet2DConditionModel",
    mid_block_type: "UNetMidBlock2DCrossAttn",
    mid_block_scale_factor: 1,
    downsample_padding: 1,
    resnet_out_scale_factor: 1,
    resnet_skip_time_act: false,
    time_embedding_type: "positional",
    time_embedding_act_fn: null,
    timestep_post_act: null,
    time_cond_proj_dim: null,
    class_embed_type: null,
    num_class_embeds: null,
    encoder_hid_dim: null,
    encoder_hid_dim_type: null,
    num_attention_heads: null,
    dual_cross_attention: false,
    reverse_transformer_layers_per_block: null,
    attention_type: "default",
    cross_attention_norm: null,
  });
  read.choice("act_fn", ["silu", "swish"], "silu");
  read.ignore("upcast_attention", "dropout", "addition_time_embed_dim");
  read.ignore("class_embeddings_concat", "projection_class_embeddings_input_dim", "mid_block_only_cross_attention");

  const channels = read.counts("block_out_channels", [320, 640, 1280, 1280]);
  const count = channels.length;
  const down = read.choices("down_block_types", DOWN, [DOWN[0], DOWN[0], DOWN[0], DOWN[1]]);
  const up = read.choices("up_block_types", UP, [UP[0], UP[1], UP[1], UP[1]]);
  if (down.length !== count || up.length !== count) {
    throw new VisiiError("model", `${file}: down_block_types, up_block_types and block_out_channels differ in length`);
  }
  // Named for a size, but the number of heads: a slip that every published file repeats.
  const heads = read.perLevel("attention_head_dim", count, 8);
  const addition = read.choice("addition_embed_type", ["none", "text"], "none");
  const additionHeads = read.count("addition_embed_type_num_heads", 64);
  const transformerLayers = read.perLevel("transformer_layers_per_block", count, 1);
  const onlyCrossAttention = read.perLevel("only_cross_attention", count, false as boolean);
  const config: UNetConfig = {
    sampleSize: read.count("sample_size", 64),
    inChannels: read.count("in_channels", 4),
    outChannels: read.count("out_channels", 4),
    centerInputSample: read.boolean("center_input_sample", false),
    flipSinToCos: read.boolean("flip_sin_to_cos", true),
    freqShift: read.number("freq_shift", 0),
    timeEmbeddingWidth: read.count("time_embedding_dim", 4 * channels[0]!),
    timeScaleShift: read.choice("resnet_time_scale_shift", ["default", "scale_shift"], "default") === "scale_shift",
    textEmbeddingHeads: addition === "text" ? additionHeads : 0,
    convInKernel: read.count("conv_in_kernel", 3),
    convOutKernel: read.count("conv_out_kernel", 3),
    normGroups: read.count("norm_num_groups", 32),
    normEps: read.number("norm_eps", 1e-5),
    crossAttentionWidth: read.count("cross_attention_dim", 1280),
    linearProjection: read.boolean("use_linear_projection", false),
    layersPerBlock: read.perLevel("layers_per_block", count, 2),
    levels: channels.map((width, i) => ({
      channels: width,
      downAttention: down[i] === "CrossAttnDownBlock2D",
      upAttention: up[count - 1 - i] === "CrossAttnUpBlock2D",
      heads: heads[i]!,
      transformerLayers: transformerLayers[i]!,
      onlyCrossAttention: onlyCrossAttention[i]!,
    })),
  };
  read.finish();
  return config;
}
