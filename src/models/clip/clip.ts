import type { Tensor } from "../../graph/index.ts";
import { linear } from "../../nn/index.ts";
import type { Scope } from "../../weights/scope.ts";
import type { ClipConfig } from "./config.ts";
import { clipText, clipTextPooled } from "./text.ts";
import { clipVision } from "./vision.ts";

/** The key of `text_projection`, for those who read it outside the graph. */
export const TEXT_PROJECTION = "text_projection.weight";

/** CLIPModel's image embeddings, not normalised: pixels as `clipVision` takes them → [N, P]. */
export function clipImageEmbeds(p: Scope, config: ClipConfig, pixels: Tensor): Tensor {
  return linear(p.at("visual_projection"), clipVision(p, config.vision, pixels), config.projection, { bias: false });
}

/** CLIPModel's text embeddings, not normalised: token embeddings [N, T, E] and their end rows (`pooledRows`) → [N, P]. */
export function clipTextEmbeds(p: Scope, config: ClipConfig, embeddings: Tensor, rows: Tensor): Tensor {
  const pooled = clipTextPooled(clipText(p, config.text, embeddings), rows);
  return linear(p.at("text_projection"), pooled, config.projection, { bias: false });
}

/** CLIP's `text_projection` [P, E] itself, for the loss that projects an instruction's mean row. */
export function textProjection(p: Scope, config: ClipConfig): Tensor {
  return p.at("text_projection").param("weight", [config.projection, config.text.width]);
}

/** Logarithm of the contrastive temperature's inverse: scalar. */
export function logitScale(p: Scope): Tensor {
  return p.param("logit_scale", []);
}
