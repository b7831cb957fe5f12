import {
  add,
  concat,
  constant,
  gradients,
  input,
  matmulTransposed,
  mul,
  sub,
  sum,
  type Tensor,
} from "../graph/index.ts";
import { type ClipConfig, clipTextEmbeds, tokenTable } from "../models/index.ts";
import { adamW, normalize } from "../nn/index.ts";
import type { Part } from "./part.ts";

/**
 * Which real token each embedding is nearest to: `prompt` [k, E], `inverse_lengths` [V], one over the length of each of the table's rows, `penalty`
 * [V], 0 or far below → `scores` [k, V], whose largest value per row is the nearest token by cosine.
 */
export function nearestTokensJob({ config, scope }: Part<ClipConfig>, tokens: number): Record<"scores", Tensor> {
  const { width, vocabulary } = config.text;
  const products = matmulTransposed(input("prompt", [tokens, width]), tokenTable(scope, config.text)); // [k, V]
  return { scores: add(mul(products, input("inverse_lengths", [vocabulary])), input("penalty", [vocabulary])) };
}

/**
 * One step of PEZ (hard prompts made easy): the text of real tokens is compared with the pictures, and its gradient moves the continuous prompt.
 *
 * In: `projected` [1, k, E], the tokens nearest to the prompt; `prompt`, `m`, `v` [1, k, E]; `start`, `end` [1, 1, E], embeddings of those tokens;
 * `features` [1, P], the mean of the pictures' normalised embeddings; `lr`, `step` []. Out: `next_prompt`, `next_m`, `next_v`; `similarity` [], the
 * mean cosine of the projected text and the pictures. What stands behind the end token can't be seen from it, so nothing does.
 */
export function captionStepJob({ config, scope }: Part<ClipConfig>, tokens: number, weightDecay: number) {
  const { width } = config.text;
  const shape = [1, tokens, width];
  const projected = input("projected", shape);
  const text = concat([input("start", [1, 1, width]), projected, input("end", [1, 1, width])], 1);
  const embeds = clipTextEmbeds(scope, config, text, constant(BigInt64Array.of(BigInt(tokens + 1)), [1]));
  const similarity = sum(mul(normalize(embeds), input("features", [1, config.projection])));
  const [gradient] = gradients(sub(1, similarity), [projected]) as [Tensor];
  const [m, v] = [input("m", shape), input("v", shape)];
  const next = adamW(input("prompt", shape), gradient, m, v, {
    lr: input("lr", []),
    step: input("step", []),
    weightDecay,
  });
  return { next_prompt: next.param, next_m: next.m, next_v: next.v, similarity };
}
