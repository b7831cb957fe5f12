import { broadcastTo, concat, reshape, slice, type Tensor } from "../graph/index.ts";
import { layerNorm, linear } from "../nn/index.ts";
import type { Scope } from "../weights/scope.ts";
import { ConfigReader, type Json } from "./config.ts";

/** A space of instructions that a model was trained with, far smaller than that of all c_T. */
export interface SoftWordsConfig {
  /** R, rows of c_T that follow from a point. */
  readonly rows: number;
  /** D, numbers that make a point. */
  readonly width: number;
  /** E, of each row. */
  readonly embedding: number;
  readonly eps: number;
  /** K instructions that it was trained with, in words; their points are the rows of `known` [K, D]. */
  readonly known: readonly string[];
}

/** Reads the config.json of `soft_words/`. Throws `VisiiError("model")` naming the option that is not supported. */
export function parseSoftWordsConfig(json: Json, file = "soft_words/config.json"): SoftWordsConfig {
  const read = new ConfigReader(file, json);
  const config = {
    rows: read.count("rows", 10),
    width: read.count("width", 96),
    embedding: read.count("embedding", 768),
    eps: read.number("layer_norm_eps", 1e-5),
    known: read.texts("known"),
  };
  read.finish();
  return config;
}

/**
 * Points [N, D] of the space → their c_T [N, T, E]: the rows after the start row are norm(W z + b), as the text tower ends; the others are
 * those of `around` [1, T, E]. A number of z is about 1 in the instructions that the model was trained with.
 */
export function softWords(p: Scope, { rows, embedding, eps }: SoftWordsConfig, z: Tensor, around: Tensor): Tensor {
  const flat = linear(p.at("to_rows"), z, rows * embedding);
  const n = z.shape[0]!;
  const own = layerNorm(p.at("norm"), reshape(flat, [n, rows, embedding]), eps);
  const others = broadcastTo(around, [n, ...around.shape.slice(1)]);
  return concat([slice(others, 1, 0, 1), own, slice(others, 1, 1 + rows, around.shape[1]!)], 1);
}
