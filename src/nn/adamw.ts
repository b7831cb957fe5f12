import { add, div, mul, sqrt, square, sub, type Tensor, tanh } from "../graph/index.ts";

export interface AdamWOptions {
  /** Learning rate: a scalar of the graph, so that a schedule needs no new graph. */
  readonly lr: Tensor;
  /** Number of this update, counted from 1: a scalar of the graph. */
  readonly step: Tensor;
  /** Decay of the gradient's mean and of its square's. @default [0.9, 0.999] */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second moment. @default 1e-8 */
  readonly eps?: number;
  /** Decoupled: each update shrinks the parameter by lr · weightDecay. @default 0.01 */
  readonly weightDecay?: number;
}

export interface AdamWState {
  readonly param: Tensor;
  /** First moment. Starts as zeros. */
  readonly m: Tensor;
  /** Second moment. Starts as zeros. */
  readonly v: Tensor;
}

/** One AdamW update of `param` by `grad`, as torch.optim.AdamW makes it. All four tensors have one shape. */
export function adamW(param: Tensor, grad: Tensor, m: Tensor, v: Tensor, options: AdamWOptions): AdamWState {
  const { lr, step, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0.01 } = options;
  const [beta1, beta2] = betas;
  const decayed = mul(param, sub(1, mul(lr, weightDecay)));
  const mNext = add(mul(m, beta1), mul(grad, 1 - beta1));
  const vNext = add(mul(v, beta2), mul(square(grad), 1 - beta2));
  const size = div(lr, biasCorrection(beta1, step));
  const root = add(div(sqrt(vNext), sqrt(biasCorrection(beta2, step))), eps);
  return { param: sub(decayed, mul(size, div(mNext, root))), m: mNext, v: vNext };
}

/**
 * 1 − β^step. Written with tanh, because 1 − exp(x) loses half of float32's digits for β = 0.999 and early steps:
 * 1 − e^(−2y) = 2 tanh y / (1 + tanh y).
 */
function biasCorrection(beta: number, step: Tensor): Tensor {
  const t = tanh(mul(step, -Math.log(beta) / 2));
  return div(mul(t, 2), add(t, 1));
}
