/** A picture or a text in CLIP's shared space: [P], of length 1. All differences below are of such normalised embeddings. */
export type Embedding = Float32Array;

/** Cosine of the angle between two vectors, −1 … 1; 0 where one has no length. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const lengths = Math.sqrt(dot(a, a) * dot(b, b));
  return lengths > 0 ? dot(a, b) / lengths : 0;
}

/** Image CLIP similarity: cos(CLIP(x′), CLIP(y′)). Higher is more faithful to the input. */
export function imageSimilarity(input: Embedding, output: Embedding): number {
  return cosine(input, output);
}

/** The four that a change is compared in. */
export interface Change {
  readonly before: Embedding;
  readonly after: Embedding;
}

/**
 * cos(after₁ − before₁, after₂ − before₂). With the captions of the test picture it is the Directional CLIP similarity, with the example pair the
 * Visual CLIP similarity of the paper. 0 where nothing has changed.
 */
export function changeSimilarity(a: Change, b: Change): number {
  return cosine(difference(a), difference(b));
}

/**
 * How much of the example's content is in the result: ⟨result − truth, example − truth⟩ / ‖example − truth‖². 0 where the result is no nearer to the
 * example's after picture than the true edited picture is, 1 for that after picture itself. Of pixels or of embeddings.
 */
export function leakage(result: ArrayLike<number>, truth: ArrayLike<number>, example: ArrayLike<number>): number {
  let [shared, all] = [0, 0];
  for (let i = 0; i < truth.length; i++) {
    const own = example[i]! - truth[i]!;
    shared += (result[i]! - truth[i]!) * own;
    all += own * own;
  }
  return all > 0 ? shared / all : 0;
}

function difference({ before, after }: Change): Float32Array {
  return after.map((y, i) => y - before[i]!);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
