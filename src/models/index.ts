export { clipImageEmbeds, clipTextEmbeds, logitScale, TEXT_PROJECTION, textProjection } from "./clip/clip.ts";
export {
  type ClipConfig,
  type ClipEncoderConfig,
  type ClipTextConfig,
  type ClipVisionConfig,
  parseClipConfig,
  parseClipTextConfig,
} from "./clip/config.ts";
export { clipText, clipTextPooled, pooledRows, TOKEN_EMBEDDING, tokenEmbedding, tokenTable } from "./clip/text.ts";
export { clipVision } from "./clip/vision.ts";
export type { Json } from "./config.ts";
export { parseSoftWordsConfig, type SoftWordsConfig, softWords } from "./soft-words.ts";
export type { Conditioning, KeysValues, PreparedConditioning } from "./unet/attention.ts";
export { parseUNetConfig, type UNetConfig, type UNetLevel } from "./unet/config.ts";
export { prepareConditioning, type UNetOptions, unet } from "./unet/unet.ts";
export { parseVaeConfig, type VaeConfig } from "./vae/config.ts";
export { type LatentDistribution, sampleLatents, vaeDecode, vaeEncode } from "./vae/vae.ts";
