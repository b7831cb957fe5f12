import { VisiiError } from "../errors.ts";
import type { PredictionType, SchedulerConfig } from "./config.ts";

const f = Math.fround;

/** How much picture and how much noise a noisy sample holds: x_t = alpha · x₀ + sigma · ε, with alpha² + sigma² = 1. */
export interface NoiseLevel {
  readonly alpha: number;
  readonly sigma: number;
}

/**
 * The forward process of training (DDPM): how noise is mixed into a picture at each timestep, and what follows from it. Every value is
 * rounded to float32 where PyTorch's is. Samples are flat arrays of any shape; a timestep may lie between two integers (Euler's
 * "linspace"), then its level is interpolated in sigma / alpha, as Euler's scheduler does.
 */
export class NoiseSchedule {
  /** T, the number of timesteps. */
  readonly length: number;
  readonly predictionType: PredictionType;
  /** ᾱ_t for t = 0 … T-1. */
  readonly alphasCumprod: Float32Array;
  /** sqrt((1 - ᾱ_t) / ᾱ_t), the noise level in the terms of Karras et al., for t = 0 … T-1. */
  readonly sigmas: Float32Array;

  constructor(config: SchedulerConfig) {
    this.length = config.trainTimesteps;
    this.predictionType = config.predictionType;
    this.alphasCumprod = cumulativeProduct(betasOf(config));
    this.sigmas = this.alphasCumprod.map((a) => Math.sqrt(f(f(1 - a) / a)));
  }

  /** The noise level at timestep t, 0 to T-1. Throws `usage` out of that range. */
  level(t: number): NoiseLevel {
    this.check(t);
    if (Number.isInteger(t)) {
      const a = this.alphasCumprod[t];
      return { alpha: f(Math.sqrt(a)), sigma: f(Math.sqrt(f(1 - a))) };
    }
    const ratio = f(this.sigmaAt(t));
    const alpha = f(1 / f(Math.sqrt(f(f(ratio * ratio) + 1))));
    return { alpha, sigma: f(ratio * alpha) };
  }

  /** `sigmas` at any t, linear in between, constant outside (as `np.interp`), in double precision. */
  sigmaAt(t: number): number {
    const { sigmas } = this;
    if (t <= 0) return sigmas[0];
    if (t >= this.length - 1) return sigmas[this.length - 1];
    const below = Math.floor(t);
    return (sigmas[below + 1] - sigmas[below]) * (t - below) + sigmas[below];
  }

  /** x_t: `original` with `noise` mixed in as at timestep t. */
  addNoise(original: Float32Array, noise: Float32Array, t: number): Float32Array {
    const { alpha, sigma } = this.level(t);
    return weightedSum(alpha, original, sigma, noise);
  }

  /** v = alpha · ε − sigma · x₀. */
  velocity(original: Float32Array, noise: Float32Array, t: number): Float32Array {
    const { alpha, sigma } = this.level(t);
    return weightedSum(alpha, noise, -sigma, original);
  }

  /** What the model is to predict at timestep t: ε or v, by its prediction type. */
  target(original: Float32Array, noise: Float32Array, t: number): Float32Array {
    return this.predictionType === "epsilon" ? noise : this.velocity(original, noise, t);
  }

  /** ε from a predicted v and the noisy sample x_t that the model saw. */
  epsilonFromV(v: Float32Array, sample: Float32Array, t: number): Float32Array {
    const { alpha, sigma } = this.level(t);
    return weightedSum(alpha, v, sigma, sample);
  }

  /** v from a predicted ε and the noisy sample x_t that the model saw. */
  vFromEpsilon(epsilon: Float32Array, sample: Float32Array, t: number): Float32Array {
    const { alpha, sigma } = this.level(t);
    assertSameLength(epsilon, sample);
    return epsilon.map((e, i) => (e - sigma * sample[i]) / alpha);
  }

  private check(t: number): void {
    if (!(t >= 0 && t <= this.length - 1)) {
      throw new VisiiError("usage", `timestep: expected 0 to ${this.length - 1}, got ${t}`, { timestep: t });
    }
  }
}

/** a · x + b · y, each product and the sum rounded to float32. */
export function weightedSum(a: number, x: Float32Array, b: number, y: Float32Array): Float32Array {
  assertSameLength(x, y);
  return x.map((value, i) => f(a * value) + f(b * y[i]));
}

/** Throws `usage` when two samples differ in size. */
export function assertSameLength(x: Float32Array, y: Float32Array): void {
  if (x.length !== y.length) {
    throw new VisiiError("usage", `scheduler: expected samples of one size, got ${x.length} and ${y.length} values`);
  }
}

function betasOf({ betaStart, betaEnd, betaSchedule, trainTimesteps }: SchedulerConfig): Float32Array {
  if (betaSchedule === "linear") return linspace(betaStart, betaEnd, trainTimesteps);
  return linspace(Math.sqrt(betaStart), Math.sqrt(betaEnd), trainTimesteps).map((root) => root * root);
}

/** `torch.linspace` in float32: from both ends towards the middle, multiply and add rounded once (it is fused there). */
function linspace(first: number, last: number, count: number): Float32Array {
  const start = f(first);
  const end = f(last);
  const step = f(f(end - start) / (count - 1));
  const half = Math.floor(count / 2);
  return Float32Array.from({ length: count }, (_, i) => (i < half ? start + step * i : end - step * (count - 1 - i)));
}

/** `torch.cumprod` of 1 - β: the product runs in double precision, as PyTorch accumulates float32 on the CPU. */
function cumulativeProduct(betas: Float32Array): Float32Array {
  let product = 1;
  return betas.map((beta) => {
    product *= f(1 - beta);
    return product;
  });
}
