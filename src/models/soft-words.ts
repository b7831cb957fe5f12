import { concat, reshape, slice, type Tensor } from "../graph/index.ts";
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
}

/** Reads the config.json of `soft_words/`. Throws `VisiiError("model")` naming the option that is not supported. */
export function parseSoftWordsConfig(json: Json, file = "soft_words/config.json"): SoftWordsConfig {
  const read = new ConfigReader(file, json);
  const config = {
    rows: read.count("rows", 10),
    width: read.count("width", 96),
    embedding: read.count("embedding", 768),
    eps: read.number("layer_norm_eps", 1e-5),
  };
  read.finish();
  return config;
}

/**
 * A point [1, D] of the space → its c_T [1, T, E]: the rows after the start row are norm(W z + b), which ends as the text tower does; the others are those
 * of `around` [1, T, E]. Instructions as the model saw them in training lie about z ~ N(0, 1).
 */
export function softWords(p: Scope, { rows, embedding, eps }: SoftWordsConfig, z: Tensor, around: Tensor): Tensor {
  const flat = linear(p.at("to_rows"), z, rows * embedding);
  const own = layerNorm(p.at("norm"), reshape(flat, [1, rows, embedding]), eps);
  return concat([slice(around, 1, 0, 1), own, slice(around, 1, 1 + rows, around.shape[1]!)], 1);
}
