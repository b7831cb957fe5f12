/**
 * Layers: functions over a scope, which they ask for the checkpoint's own `weight` and `bias`. Letters, here and in every model:
 * N batch, C channels, H height, W width, T tokens (or positions of a flattened picture), E width of an embedding.
 */

import type { Tensor } from "../graph/index.ts";
import * as graph from "../graph/index.ts";
import type { Scope } from "../weights/scope.ts";

export interface LinearOptions {
  /** Whether there is a `bias`. @default true */
  readonly bias?: boolean;
}

/** `x · weightᵀ + bias` over the last axis: [..., E] → [..., features]; `weight` is [features, E], as PyTorch stores it. */
export function linear(p: Scope, x: Tensor, features: number, options: LinearOptions = {}): Tensor {
  const weight = p.param("weight", [features, x.shape.at(-1)!]);
  const product = graph.matmulTransposed(x, weight);
  return (options.bias ?? true) ? graph.add(product, p.param("bias", [features])) : product;
}

export interface ConvOptions {
  /** Side of the square kernel, in pixels. @default 3 */
  readonly kernel?: number;
  /** @default 1 */
  readonly stride?: number;
  /** Zeros around the picture, or [top, left, bottom, right]. @default (kernel − 1) / 2, which keeps the size */
  readonly padding?: number | [number, number, number, number];
  /** Whether there is a `bias`. @default true */
  readonly bias?: boolean;
}

/** [N, C, H, W] → [N, channels, H′, W′]; `weight` is [channels, C, kernel, kernel]. */
export function conv2d(p: Scope, x: Tensor, channels: number, options: ConvOptions = {}): Tensor {
  const { kernel = 3, stride = 1, padding = (kernel - 1) / 2, bias = true } = options;
  const weight = p.param("weight", [channels, x.shape[1]!, kernel, kernel]);
  return graph.conv2d(x, weight, { stride, padding, ...(bias && { bias: p.param("bias", [channels]) }) });
}

/** Normalises each group of channels of [N, C, H, W] over its positions. */
export function groupNorm(p: Scope, x: Tensor, groups: number, eps: number): Tensor {
  const channels = x.shape[1]!;
  return graph.groupNorm(x, p.param("weight", [channels]), p.param("bias", [channels]), groups, eps);
}

/** Normalises the last axis. */
export function layerNorm(p: Scope, x: Tensor, eps: number): Tensor {
  const width = x.shape.at(-1)!;
  return graph.layerNorm(x, p.param("weight", [width]), p.param("bias", [width]), eps);
}

/** Rows of the table `weight` [count, width] at `ids` (int64, any shape) → [...ids, width]. */
export function embedding(p: Scope, ids: Tensor, count: number, width: number): Tensor {
  return graph.gather(p.param("weight", [count, width]), ids);
}
