import { VisiiError } from "../errors.ts";
import type { LdmPart } from "./ldm.ts";
import type { Weights } from "./weights.ts";

type Json = Readonly<Record<string, unknown>>;

/**
 * The configurations that diffusers' folder would have for a single file: widths and depths from the shapes of its tensors (under diffusers'
 * names), and what shapes don't tell as all of Stable Diffusion 1.x has it: 8 and 12 heads, groups of 32, a scale of 0.18215.
 *
 * @throws VisiiError `model`, naming a tensor without which nothing can be told.
 */
export function ldmConfigs(parts: Readonly<Record<LdmPart, Weights>>): Readonly<Record<LdmPart, Json>> {
  return { unet: unetConfig(parts.unet), vae: vaeConfig(parts.vae), text_encoder: textConfig(parts.text_encoder) };
}

/** The noise of Stable Diffusion 1.x, and the sampler that InstructPix2Pix comes with. */
export const LDM_SCHEDULER: Json = {
  _class_name: "EulerAncestralDiscreteScheduler",
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: "scaled_linear",
  num_train_timesteps: 1000,
  prediction_type: "epsilon",
  steps_offset: 1,
};

function unetConfig(weights: Weights): Json {
  const { size, count, has } = shapesOf(weights);
  const levels = count((i) => `down_blocks.${i}.resnets.0.conv1.weight`);
  const attention = levels.map((i) => has(`down_blocks.${i}.attentions.0.norm.weight`));
  return {
    sample_size: 64,
    in_channels: size("conv_in.weight", 1),
    out_channels: size("conv_out.weight", 0),
    block_out_channels: levels.map((i) => size(`down_blocks.${i}.resnets.0.conv1.weight`, 0)),
    layers_per_block: count((j) => `down_blocks.0.resnets.${j}.conv1.weight`).length,
    down_block_types: attention.map((there) => (there ? "CrossAttnDownBlock2D" : "DownBlock2D")),
    up_block_types: attention.toReversed().map((there) => (there ? "CrossAttnUpBlock2D" : "UpBlock2D")),
    cross_attention_dim: size("mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight", 1),
    attention_head_dim: 8, // the number of heads, as in every published file
    norm_num_groups: 32,
  };
}

function vaeConfig(weights: Weights): Json {
  const { size, count } = shapesOf(weights);
  const levels = count((i) => `encoder.down_blocks.${i}.resnets.0.conv1.weight`);
  return {
    sample_size: 512,
    in_channels: size("encoder.conv_in.weight", 1),
    out_channels: size("decoder.conv_out.weight", 0),
    latent_channels: size("decoder.conv_in.weight", 1),
    block_out_channels: levels.map((i) => size(`encoder.down_blocks.${i}.resnets.0.conv1.weight`, 0)),
    layers_per_block: count((j) => `encoder.down_blocks.0.resnets.${j}.conv1.weight`).length,
    down_block_types: levels.map(() => "DownEncoderBlock2D"),
    up_block_types: levels.map(() => "UpDecoderBlock2D"),
    norm_num_groups: 32,
    scaling_factor: 0.18215,
  };
}

function textConfig(weights: Weights): Json {
  const { size, count } = shapesOf(weights);
  const layers = count((i) => `text_model.encoder.layers.${i}.mlp.fc1.weight`);
  return {
    model_type: "clip_text_model",
    vocab_size: size("text_model.embeddings.token_embedding.weight", 0),
    hidden_size: size("text_model.embeddings.token_embedding.weight", 1),
    max_position_embeddings: size("text_model.embeddings.position_embedding.weight", 0),
    intermediate_size: size("text_model.encoder.layers.0.mlp.fc1.weight", 0),
    num_hidden_layers: layers.length,
    num_attention_heads: 12,
    hidden_act: "quick_gelu",
    layer_norm_eps: 1e-5,
    eos_token_id: 2, // CLIP's legacy: the end token is the highest id of a text
  };
}

function shapesOf({ name, tensors }: Weights) {
  const has = (key: string) => tensors.has(key);
  return {
    has,
    /** One side of a tensor. */
    size(key: string, axis: number): number {
      const side = tensors.get(key)?.shape[axis];
      if (side !== undefined) return side;
      throw new VisiiError(
        "model",
        `${name}: ${key} is missing from it or has another shape, so its size can't be told.`,
        {
          key,
        },
      );
    },
    /** 0, 1, … as long as there is such a tensor. */
    count(key: (i: number) => string): number[] {
      const numbers: number[] = [];
      while (has(key(numbers.length))) numbers.push(numbers.length);
      return numbers;
    },
  };
}
