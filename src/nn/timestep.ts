import { concat, constant, cos, mul, reshape, sin, type Tensor } from "../graph/index.ts";

export interface TimestepOptions {
  /** Cosines first, as Stable Diffusion has them. */
  readonly flipSinToCos: boolean;
  /** Subtracted from the number of frequencies when they are spaced: diffusers' `freq_shift`. */
  readonly freqShift: number;
}

/**
 * Sinusoidal embedding of timesteps [N] (float32, 0 … 999, may be fractional) → [N, width], frequencies 1 … 1/10000; `width` is even.
 * The frequencies are rounded where diffusers rounds them: at timestep 999 their last bit is visible in the result.
 */
export function timestepEmbedding(timestep: Tensor, width: number, options: TimestepOptions): Tensor {
  const half = width / 2;
  const logPeriod = Math.fround(-Math.log(10_000));
  const exponent = (i: number) => Math.fround(Math.fround(logPeriod * i) / (half - options.freqShift));
  const frequencies = constant(
    Float32Array.from({ length: half }, (_, i) => Math.exp(exponent(i))),
    [1, half],
  );
  const angle = mul(reshape(timestep, [-1, 1]), frequencies); // [N, width / 2]
  return concat(options.flipSinToCos ? [cos(angle), sin(angle)] : [sin(angle), cos(angle)], -1); // [N, width]
}
