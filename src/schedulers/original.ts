import type { PredictionType } from "./config.ts";
import { type NoiseLevel, weightedSum } from "./noise_schedule.ts";

const f = Math.fround;

/** x₀ as a model output predicts it, for samples of the form alpha · x₀ + sigma · ε. */
export function predictOriginal(
  type: PredictionType,
  output: Float32Array,
  sample: Float32Array,
  { alpha, sigma }: NoiseLevel,
): Float32Array {
  if (type === "v_prediction") return weightedSum(alpha, sample, -sigma, output);
  return weightedSum(1, sample, -sigma, output).map((x) => x / alpha);
}

/** Clips to ± range, in place; null leaves everything as it is. */
export function clip(original: Float32Array, range: number | null): Float32Array {
  if (range === null) return original;
  const limit = f(range);
  for (let i = 0; i < original.length; i++) original[i] = Math.max(-limit, Math.min(limit, original[i]));
  return original;
}
