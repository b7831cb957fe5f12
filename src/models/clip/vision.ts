import { add, broadcastTo, concat, reshape, slice, type Tensor } from "../../graph/index.ts";
import { conv2d, layerNorm, pictureToTokens } from "../../nn/index.ts";
import type { Scope } from "../../weights/scope.ts";
import type { ClipVisionConfig } from "./config.ts";
import { clipEncoder } from "./encoder.ts";

/**
 * CLIPVisionModel: pixels [N, 3, imageSize, imageSize], normalised with CLIP's mean and deviation → the class token after the last norm
 * [N, E].
 */
export function clipVision(p: Scope, config: ClipVisionConfig, pixels: Tensor): Tensor {
  const { width, patchSize: kernel, eps } = config;
  const vision = p.at("vision_model");
  const embeddings = vision.at("embeddings");
  const n = pixels.shape[0]!;
  const patches = conv2d(embeddings.at("patch_embedding"), pixels, width, {
    kernel,
    stride: kernel,
    padding: 0,
    bias: false,
  });
  const first = broadcastTo(reshape(embeddings.param("class_embedding", [width]), [1, 1, width]), [n, 1, width]);
  const tokens = concat([first, pictureToTokens(patches)], 1); // [N, 1 + (imageSize / patchSize)², E]
  const count = (config.imageSize / kernel) ** 2 + 1;
  const x = add(tokens, embeddings.at("position_embedding").param("weight", [count, width]));
  // The checkpoints' own spelling.
  const h = clipEncoder(vision.at("encoder"), config, layerNorm(vision.at("pre_layrnorm"), x, eps));
  return layerNorm(vision.at("post_layernorm"), reshape(slice(h, 1, 0, 1), [n, width]), eps);
}
