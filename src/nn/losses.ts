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

/**
 * CLIP's loss: rows of a and b [N, P], compared by cosine times `scale` (a scalar: the inverse temperature), should be nearest to their own
 * partner; the mean of both directions' cross-entropies → scalar, log N where nothing is told apart. `ignore` [N, N] is 1 where two rows are
 * not to be held against each other, because they mean the same, and 0 elsewhere.
 */
export function contrastive(a: Tensor, b: Tensor, scale: Tensor, ignore?: Tensor): Tensor {
  const cosines = graph.matmul(normalize(a), graph.swapLast(normalize(b))); // [N, N]
  const all = graph.mul(cosines, scale);
  const logits = ignore ? graph.sub(all, graph.mul(ignore, 1e4)) : all;
  const own = graph.mean(graph.sum(graph.mul(logits, identity(a.shape[0]!)), [1]));
  const rivals = graph.add(graph.mean(logSumExp(logits, 1)), graph.mean(logSumExp(logits, 0)));
  return graph.sub(graph.mul(rivals, 0.5), own);
}

/** Kullback-Leibler divergence of diagonal normals from the standard one, in nats, the mean over all elements → scalar. */
export function gaussianKl(mean: Tensor, logvar: Tensor): Tensor {
  const each = graph.sub(graph.add(graph.square(mean), graph.exp(logvar)), graph.add(logvar, 1));
  return graph.mul(graph.mean(each), 0.5);
}

function logSumExp(x: Tensor, axis: number): Tensor {
  const top = graph.max(x, [axis], true); // subtracted, so that no exponential overflows
  return graph.add(graph.log(graph.sum(graph.exp(graph.sub(x, top)), [axis], true)), top);
}

/** [n, n] */
function identity(n: number): Tensor {
  return graph.constant(
    Float32Array.from({ length: n * n }, (_, i) => Number(i % (n + 1) === 0)),
    [n, n],
  );
}
