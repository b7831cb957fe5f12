import { type Shape, sizeOf } from "../src/graph/index.ts";
import type { Generator } from "../src/rng/index.ts";

/** The values that one parameter starts with. */
export type Initialise = (
  key: string,
  shape: Shape,
  shapes: ReadonlyMap<string, Shape>,
  random: Generator,
) => Float32Array;

/**
 * As PyTorch starts convolutions, linear layers and norms: weights and biases uniform within ±1/√(fan in), norms at 1 and 0. A bias is
 * told from its weight's shape.
 */
export const likePyTorch: Initialise = (key, shape, shapes, random) => {
  const weight = shapes.get(key.replace(/bias$/, "weight")) ?? shape;
  const count = sizeOf(shape);
  if (weight.length < 2) return new Float32Array(count).fill(key.endsWith("weight") ? 1 : 0);
  const bound = 1 / Math.sqrt(sizeOf(weight.slice(1)));
  return random.uniform(count).map((u) => (2 * u - 1) * bound);
};

/** As transformers starts a `CLIPModel`: normals whose deviation depends on the place, no biases. */
export const likeClip: Initialise = (key, shape, shapes, random) => {
  const normal = (deviation: number) => random.randn(sizeOf(shape)).map((x) => x * deviation);
  if (key === "logit_scale") return Float32Array.of(Math.log(1 / 0.07));
  if (key.endsWith("class_embedding")) return normal(shape[0]! ** -0.5);
  if (key.endsWith("bias")) return new Float32Array(sizeOf(shape));
  if (shape.length < 2) return new Float32Array(sizeOf(shape)).fill(1);
  if (key.includes("embedding")) return normal(0.02);
  const width = shape[1]!;
  if (key.endsWith("projection.weight")) return normal(width ** -0.5);
  const tower = key.split(".")[0]!;
  const layers = [...shapes.keys()].filter((k) => k.startsWith(tower) && k.endsWith("fc1.weight")).length;
  const inner = (e: number) => (e * 2 * layers) ** -0.5;
  if (/[qkv]_proj\.weight$/.test(key)) return normal(inner(width));
  if (key.endsWith("fc1.weight")) return normal((2 * width) ** -0.5);
  if (key.endsWith("fc2.weight")) return normal(inner(shape[0]!));
  return normal(width ** -0.5); // out_proj
};
