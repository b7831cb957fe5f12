import type { State } from "./state.ts";

/**
 * Gives the averaged autoencoder latents of mean 0 and deviation 1 in each of their C channels, which diffusion expects, and the picture that
 * the UNet looks at has as well; then the scaling factor is 1. `quant_conv` and `post_quant_conv` take it in exactly: pictures come out as
 * before. `samples` are arrays of latents [n, C, H, W] as the autoencoder gives them now, `area` is H · W.
 */
export function normaliseLatents(state: State, channels: number, area: number, samples: readonly Float32Array[]): void {
  const values = new Map([...state.tensors("average")].map(([key, { data }]) => [key, data]));
  const [weight, bias] = [values.get("quant_conv.weight")!, values.get("quant_conv.bias")!]; // [2C, 2C, 1, 1], [2C]
  const [postWeight, postBias] = [values.get("post_quant_conv.weight")!, values.get("post_quant_conv.bias")!]; // [C, C, 1, 1], [C]
  const width = 2 * channels;
  for (const [c, { mean, deviation }] of channelStatistics(samples, channels, area).entries()) {
    for (let i = 0; i < channels; i++) {
      postBias[i]! += postWeight[i * channels + c]! * mean;
      postWeight[i * channels + c]! *= deviation;
    }
    for (let i = 0; i < width; i++) weight[c * width + i]! /= deviation;
    bias[c] = (bias[c]! - mean) / deviation;
    bias[channels + c]! -= 2 * Math.log(deviation); // the logarithm of the variance
  }
}

/** Over all positions of all samples. */
function channelStatistics(samples: readonly Float32Array[], channels: number, area: number) {
  return Array.from({ length: channels }, (_, c) => {
    let [count, sum, squares] = [0, 0, 0];
    for (const sample of samples) {
      for (let start = c * area; start < sample.length; start += channels * area) {
        for (let i = start; i < start + area; i++) {
          sum += sample[i]!;
          squares += sample[i]! ** 2;
        }
        count += area;
      }
    }
    const mean = sum / count;
    return { mean, deviation: Math.sqrt(squares / count - mean ** 2) };
  });
}
