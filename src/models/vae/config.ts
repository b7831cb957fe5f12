import { VisiiError } from "../../errors.ts";
import { ConfigReader, type Json } from "../config.ts";

export interface VaeConfig {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly latentChannels: number;
  /** Side of the pictures it was made for, in pixels; only a default, any multiple of `factor` runs. */
  readonly sampleSize: number;
  /** Channels by level, outermost first. */
  readonly channels: readonly number[];
  readonly layersPerBlock: number;
  readonly normGroups: number;
  /** What latents are multiplied by before they are diffused. */
  readonly scalingFactor: number;
  readonly quantConv: boolean;
  readonly postQuantConv: boolean;
  readonly midAttention: boolean;
  /** Pixels per latent, along one side: 2^(levels − 1). */
  readonly factor: number;
}

/** Reads an `AutoencoderKL`'s config.json. Throws `VisiiError("model")` naming the option that is not supported. */
export function parseVaeConfig(json: Json, file = "vae/config.json"): VaeConfig {
  const read = new ConfigReader(file, json);
  read.only({ _class_name: "AutoencoderKL", shift_factor: null, latents_mean: null, latents_std: null });
  read.choice("act_fn", ["silu", "swish"], "silu");
  read.ignore("force_upcast");
  const channels = read.counts("block_out_channels", [64]);
  const down = read.choices("down_block_types", ["DownEncoderBlock2D"], ["DownEncoderBlock2D"]);
  const up = read.choices("up_block_types", ["UpDecoderBlock2D"], ["UpDecoderBlock2D"]);
  if (down.length !== channels.length || up.length !== channels.length) {
    throw new VisiiError("model", `${file}: down_block_types, up_block_types and block_out_channels differ in length`);
  }
  const config: VaeConfig = {
    inChannels: read.count("in_channels", 3),
    outChannels: read.count("out_channels", 3),
    latentChannels: read.count("latent_channels", 4),
    sampleSize: read.count("sample_size", 32),
    channels,
    layersPerBlock: read.count("layers_per_block", 1),
    normGroups: read.count("norm_num_groups", 32),
    scalingFactor: read.number("scaling_factor", 0.18215),
    quantConv: read.boolean("use_quant_conv", true),
    postQuantConv: read.boolean("use_post_quant_conv", true),
    midAttention: read.boolean("mid_block_add_attention", true),
    factor: 2 ** (channels.length - 1),
  };
  read.finish();
  return config;
}
