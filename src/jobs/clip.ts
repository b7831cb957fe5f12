import { input, type Tensor } from "../graph/index.ts";
import { type ClipConfig, type ClipTextConfig, clipImageEmbeds, clipText, clipTextEmbeds } from "../models/index.ts";
import type { Part } from "./part.ts";

/** `embeddings` [1, T, E], rows of the token table → `prompt_embeds` [1, T, E], the last hidden state. */
export function textJob({ config, scope }: Part<ClipTextConfig>): Record<"prompt_embeds", Tensor> {
  return { prompt_embeds: clipText(scope, config, input("embeddings", [1, config.positions, config.width])) };
}

/** `pixels` [1, 3, S, S] as CLIP wants them → `image_embeds` [1, P], not normalised. */
export function imageEmbedsJob({ config, scope }: Part<ClipConfig>): Record<"image_embeds", Tensor> {
  const { imageSize } = config.vision;
  return { image_embeds: clipImageEmbeds(scope, config, input("pixels", [1, 3, imageSize, imageSize])) };
}

/** `embeddings` [1, T, E], rows of the token table, and `row` [1] (int64), where the end token stands → `text_embeds` [1, P], not normalised. */
export function textEmbedsJob({ config, scope }: Part<ClipConfig>): Record<"text_embeds", Tensor> {
  const { positions, width } = config.text;
  const embeddings = input("embeddings", [1, positions, width]);
  return { text_embeds: clipTextEmbeds(scope, config, embeddings, input("row", [1], "int64")) };
}
