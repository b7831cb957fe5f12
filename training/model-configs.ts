/** The `config.json` files of a model, from the few options that the training's configuration gives; the rest are the defaults. */
import type { Json } from "../src/models/index.ts";
import type { ClipSettings } from "./config.ts";

/** For `AutoencoderKL`. */
export function vaeConfig(model: Json, resolution: number): Json {
  const levels = (model.block_out_channels as readonly number[]).length;
  return {
    _class_name: "AutoencoderKL",
    act_fn: "silu",
    down_block_types: Array(levels).fill("DownEncoderBlock2D"),
    up_block_types: Array(levels).fill("UpDecoderBlock2D"),
    in_channels: 3,
    out_channels: 3,
    sample_size: resolution,
    scaling_factor: 1,
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

/** For `CLIPModel`, with `vocabulary` tokens of which the last two begin and end a text. */
export function clipConfig(settings: ClipSettings, vocabulary: number): Json {
  const shared = { hidden_act: "quick_gelu", layer_norm_eps: 1e-5, projection_dim: settings.projection };
  const special = { bos_token_id: vocabulary - 2, eos_token_id: vocabulary - 1, pad_token_id: vocabulary - 1 };
  const text = { ...shared, model_type: "clip_text_model", ...settings.text, vocab_size: vocabulary, ...special };
  return {
    architectures: ["CLIPModel"],
    model_type: "clip",
    projection_dim: settings.projection,
    logit_scale_init_value: Math.log(1 / 0.07),
    text_config: text,
    vision_config: { ...shared, model_type: "clip_vision_model", num_channels: 3, ...settings.vision },
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

/** Sampled as InstructPix2Pix does. */
export function schedulerConfig(settings: Json): Json {
  return { _class_name: "EulerAncestralDiscreteScheduler", steps_offset: 1, ...settings };
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
