/** The `config.json` files of a model, from the few options that the training's configuration gives; the rest are the defaults. */
import type { Json } from "../src/models/index.ts";

/** For `AutoencoderKL`. */
export function vaeConfig(model: Json, resolution: number, scalingFactor: number): Json {
  const levels = (model.block_out_channels as readonly number[]).length;
  return {
    _class_name: "AutoencoderKL",
    act_fn: "silu",
    down_block_types: Array(levels).fill("DownEncoderBlock2D"),
    up_block_types: Array(levels).fill("UpDecoderBlock2D"),
    in_channels: 3,
    out_channels: 3,
    sample_size: resolution,
    scaling_factor: scalingFactor,
    force_upcast: false,
    ...model,
  };
}

/** For `UNet2DConditionModel`. */
export function unetConfig(model: Json, latentSide: number, latentChannels: number, textWidth: number): Json {
  return {
    _class_name: "UNet2DConditionModel",
    act_fn: "silu",
    sample_size: latentSide,
    in_channels: 2 * latentChannels,
    out_channels: latentChannels,
    cross_attention_dim: textWidth,
    ...model,
  };
}

/** For `CLIPModel`. Without other orders, texts have 77 tokens and the towers share their projection. */
export function clipConfig(model: Json, resolution: number, vocabulary: number): Json {
  const projection = model.projection_dim ?? 512;
  const tower = { hidden_act: "quick_gelu", layer_norm_eps: 1e-5, projection_dim: projection };
  return {
    architectures: ["CLIPModel"],
    model_type: "clip",
    logit_scale_init_value: Math.log(1 / 0.07),
    ...model,
    projection_dim: projection,
    text_config: {
      ...tower,
      model_type: "clip_text_model",
      max_position_embeddings: 77,
      ...(model.text_config as Json),
      vocab_size: vocabulary,
      bos_token_id: vocabulary - 2,
      eos_token_id: vocabulary - 1,
      pad_token_id: vocabulary - 1,
    },
    vision_config: {
      ...tower,
      model_type: "clip_vision_model",
      num_channels: 3,
      image_size: resolution,
      ...(model.vision_config as Json),
    },
  };
}

/** For `CLIPTextModel`. */
export function textConfig(clip: Json): Json {
  return { architectures: ["CLIPTextModel"], ...(clip.text_config as Json) };
}

/** How CLIP's pictures are made: OpenAI's mean and deviation, at this size. */
export function preprocessorConfig(side: number): Json {
  return {
    image_processor_type: "CLIPImageProcessor",
    do_convert_rgb: true,
    do_resize: true,
    size: { shortest_edge: side },
    resample: 3,
    do_center_crop: true,
    crop_size: { height: side, width: side },
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: [0.48145466, 0.4578275, 0.40821073],
    image_std: [0.26862954, 0.26130258, 0.27577711],
  };
}

/** Stable Diffusion's noise schedule, sampled as InstructPix2Pix does. */
export function schedulerConfig(prediction: "v_prediction" | "epsilon"): Json {
  return {
    _class_name: "EulerAncestralDiscreteScheduler",
    beta_start: 0.00085,
    beta_end: 0.012,
    beta_schedule: "scaled_linear",
    num_train_timesteps: 1000,
    prediction_type: prediction,
    steps_offset: 1,
    timestep_spacing: "linspace",
  };
}

export const modelIndex: Json = {
  _class_name: "StableDiffusionInstructPix2PixPipeline",
  _diffusers_version: "0.42.1",
  feature_extractor: [null, null],
  image_encoder: [null, null],
  requires_safety_checker: false,
  safety_checker: [null, null],
  scheduler: ["diffusers", "EulerAncestralDiscreteScheduler"],
  text_encoder: ["transformers", "CLIPTextModel"],
  tokenizer: ["transformers", "CLIPTokenizer"],
  unet: ["diffusers", "UNet2DConditionModel"],
  vae: ["diffusers", "AutoencoderKL"],
};
