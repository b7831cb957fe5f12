export { type AdamWOptions, type AdamWState, adamW } from "./adamw.ts";
export {
  type AttentionOptions,
  attention,
  type ProbabilitiesHook,
  pictureToTokens,
  tokensToPicture,
} from "./attention.ts";
export {
  type ConvOptions,
  conv2d,
  embedding,
  groupNorm,
  type LinearOptions,
  layerNorm,
  linear,
} from "./layers.ts";
export { clipDirectionLoss, contrastive, cosineSimilarity, gaussianKl, mse, normalize } from "./losses.ts";
export { type TimestepOptions, timestepEmbedding } from "./timestep.ts";
