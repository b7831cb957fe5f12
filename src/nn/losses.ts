import type { Tensor } from "../graph/index.ts";
import * as graph from "../graph/index.ts";

/** Mean of the squared differences, over everything → scalar. */
export function mse(prediction: Tensor, target: Tensor): Tensor {
  return graph.mean(graph.square(graph.sub(prediction, target)));
}

/** Each row of the last axis divided by its Euclidean length. Rows of zeros stay zeros. */
export function normalize(x: Tensor): Tensor {
  const squares = graph.sum(graph.square(x), [-1], true);
  return graph.div(x, graph.sqrt(graph.maximum(squares, 1e-24)));
}

/** Cosine of the angle between rows of the last axis: [..., E] and [..., E] (broadcasting) → [...], −1 … 1. */
export function cosineSimilarity(a: Tensor, b: Tensor): Tensor {
  return graph.sum(graph.mul(normalize(a), normalize(b)), [-1]);
}

/** Above this cosine the instruction is as near to the direction as it helps to be, and the loss stops pulling. */
const NEAR_ENOUGH = 0.5;

/**
 * The paper's L_clip as the authors compute it: the mean over the rows of c_T [N, T, E], through CLIP's `text_projection` [P, E], against
 * the edit's direction Δ [N or 1, P]: −min(cosine, 0.5), averaged over N → scalar. Zero gradient where the cosine is past 0.5.
 */
export function clipDirectionLoss(instruction: Tensor, textProjection: Tensor, direction: Tensor): Tensor {
  const rows = graph.mean(instruction, [1]); // [N, E]
  const projected = graph.matmul(rows, graph.transpose(textProjection, [1, 0])); // [N, P]
  return graph.neg(graph.mean(graph.minimum(cosineSimilarity(projected, direction), NEAR_ENOUGH)));
}
