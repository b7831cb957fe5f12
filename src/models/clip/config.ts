import { ConfigReader, type Json } from "../config.ts";

const ACTIVATIONS = ["quick_gelu", "gelu"] as const;

/** What the two towers of CLIP have in common. */
export interface ClipEncoderConfig {
  /** E: width of the hidden states. */
  readonly width: number;
  readonly mlpWidth: number;
  readonly layers: number;
  readonly heads: number;
  readonly activation: (typeof ACTIVATIONS)[number];
  readonly eps: number;
}

export interface ClipTextConfig extends ClipEncoderConfig {
  readonly vocabulary: number;
  /** T: the most tokens, 77 at full size. */
  readonly positions: number;
  /** Id of the end token, or CLIP's legacy 2, which says: the highest id of the sequence. */
  readonly eosTokenId: number;
}

export interface ClipVisionConfig extends ClipEncoderConfig {
  readonly channels: number;
  /** Side of the picture, in pixels. */
  readonly imageSize: number;
  readonly patchSize: number;
}

export interface ClipConfig {
  readonly text: ClipTextConfig;
  readonly vision: ClipVisionConfig;
  /** P: width of the space where texts and pictures meet. */
  readonly projection: number;
}

/** Reads a `CLIPTextModel`'s config.json. Throws `VisiiError("model")` naming the option that is not supported. */
export function parseClipTextConfig(json: Json, file = "text_encoder/config.json"): ClipTextConfig {
  const read = new ConfigReader(file, json);
  read.choice("model_type", ["clip_text_model"], "clip_text_model");
  return textConfig(read);
}

/** Reads a `CLIPModel`'s config.json. Throws `VisiiError("model")` naming the option that is not supported. */
export function parseClipConfig(json: Json, file = "clip/config.json"): ClipConfig {
  const read = new ConfigReader(file, json);
  read.choice("model_type", ["clip"], "clip");
  return {
    text: textConfig(read.section("text_config")),
    vision: visionConfig(read.section("vision_config")),
    projection: read.count("projection_dim", 512),
  };
}

function textConfig(read: ConfigReader): ClipTextConfig {
  return {
    ...encoderConfig(read, { width: 512, mlpWidth: 2048, heads: 8 }),
    vocabulary: read.count("vocab_size", 49408),
    positions: read.count("max_position_embeddings", 77),
    eosTokenId: read.count("eos_token_id", 49407),
  };
}

function visionConfig(read: ConfigReader): ClipVisionConfig {
  return {
    ...encoderConfig(read, { width: 768, mlpWidth: 3072, heads: 12 }),
    channels: read.count("num_channels", 3),
    imageSize: read.count("image_size", 224),
    patchSize: read.count("patch_size", 32),
  };
}

// transformers writes dozens of options into these files that CLIP never reads, so unknown ones are left alone here.
function encoderConfig(
  read: ConfigReader,
  defaults: { width: number; mlpWidth: number; heads: number },
): ClipEncoderConfig {
  return {
    width: read.count("hidden_size", defaults.width),
    mlpWidth: read.count("intermediate_size", defaults.mlpWidth),
    layers: read.count("num_hidden_layers", 12),
    heads: read.count("num_attention_heads", defaults.heads),
    activation: read.choice("hidden_act", ACTIVATIONS, "quick_gelu"),
    eps: read.number("layer_norm_eps", 1e-5),
  };
}
