import { input, mean, slice, sqrt, square, sub, type Tensor, toOnnx } from "../src/graph/index.ts";
import { walk } from "../src/graph/walk.ts";
import { type VaeConfig, vaeDecode, vaeEncode } from "../src/models/index.ts";
import type { Runtime, Value } from "../src/runtime/session.ts";
import { inputScope } from "../src/weights/index.ts";
import type { State } from "./state.ts";

/** Channels that carry the picture: its colours, their negatives, and two constants. */
const CARRIED = 8;
/** The constants are ±K: larger than any colour, so that the last norms hardly see the picture's own contrast. */
const K = 8;

interface Parameter {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Makes a freshly started autoencoder sensible: the encoder averages blocks of pixels, the decoder repeats them, which random weights need a
 * thousand steps to find. Channels 0–2 carry the colours, 3–5 their negatives, 6 and 7 ±K; residual branches start at zero, so they pass
 * unchanged. A last norm would divide the contrast out, so it multiplies by what it divides by, measured on `pixels` [N, 3, S, S]. SiLU
 * loses nothing: silu(x) − silu(−x) = x. Needs at least eight channels everywhere, in the first group of each last norm.
 */
export async function passThrough(state: State, config: VaeConfig, pixels: Value, runtime: Runtime): Promise<void> {
  const parameters = new Map<string, Parameter>(state.tensors("parameters"));
  const conv = (name: string) => [parameters.get(`${name}.weight`)!, parameters.get(`${name}.bias`)!] as const;
  for (const key of parameters.keys()) {
    const name = key.replace(/\.weight$/, "");
    if (name === key) continue;
    if (name.endsWith("conv2")) for (const { data } of conv(name)) data.fill(0);
    if (/(conv_shortcut|upsamplers\.0\.conv)$/.test(name)) identity(...conv(name));
    if (name.endsWith("downsamplers.0.conv")) halve(...conv(name));
  }
  for (const half of ["encoder", "decoder"]) {
    splitColours(...conv(`${half}.conv_in`));
    joinColours(...conv(`${half}.conv_out`));
  }
  for (const name of ["quant_conv", "post_quant_conv"]) {
    const [weight, bias] = conv(name);
    clearRows([weight, bias], weight.shape[0]!);
    for (let i = 0; i < weight.shape[0]!; i++) put(weight, i, i, 0, 0, 1);
  }
  const [weight, bias] = conv("encoder.conv_out");
  const logvar = (weight.data.length / weight.shape[0]!) * config.latentChannels;
  for (let i = logvar; i < weight.data.length; i++) weight.data[i]! *= 0.1;
  bias.data.fill(-4, config.latentChannels); // the logarithm of the variance

  for (const half of ["encoder", "decoder"] as const) {
    const { deviation, mean } = await lastNorm(half, parameters, config, pixels, runtime);
    const [scale, shift] = conv(`${half}.conv_norm_out`);
    scale.data.fill(deviation, 0, CARRIED);
    shift.data.fill(mean, 0, CARRIED);
  }
}

/** What the first group of a half's last norm sees: its mean, and its deviation, the mean over the samples. */
async function lastNorm(
  half: "encoder" | "decoder",
  parameters: ReadonlyMap<string, Parameter>,
  config: VaeConfig,
  pixels: Value,
  runtime: Runtime,
): Promise<{ deviation: number; mean: number }> {
  const { scope } = inputScope();
  const latents = vaeEncode(scope, config, input("pixels", pixels.shape)).mean;
  const out = half === "encoder" ? latents : vaeDecode(scope, config, latents);
  const norm = walk([out]).findLast((node: Tensor) => node.op.name === "normalize")!;
  const group = slice(norm.inputs[0]!, 1, 0, 1); // [N, 1, C / groups · H · W]
  const variance = mean(square(sub(group, mean(group, [2], true))), [2]);
  const model = toOnnx({ deviation: mean(sqrt(variance)), mean: mean(group) });
  await using session = await runtime.load(model);
  const feeds = model.inputs.map(({ name, shape }): [string, Value] => [
    name,
    name === "pixels" ? pixels : { dtype: "float32", shape, data: parameters.get(name)!.data },
  ]);
  const results = await session.run(Object.fromEntries(feeds));
  const number = (name: string) => (results[name]!.data as Float32Array)[0]!;
  return { deviation: number("deviation"), mean: number("mean") };
}

/** Sets one weight of a convolution [O, I, kH, kW]. */
function put({ shape, data }: Parameter, o: number, i: number, y: number, x: number, value: number): void {
  const [, inputs, height, width] = shape as [number, number, number, number];
  data[((o * inputs + i) * height + y) * width + x] = value;
}

/** The first rows of a convolution give nothing. */
function clearRows([weight, bias]: readonly [Parameter, Parameter], rows: number): void {
  weight.data.fill(0, 0, (weight.data.length / weight.shape[0]!) * rows);
  bias.data.fill(0, 0, rows);
}

function middle({ shape }: Parameter): number {
  return shape[2]! >> 1;
}

/** Carried channels to themselves; the other rows keep their random start. */
function identity(weight: Parameter, bias: Parameter): void {
  clearRows([weight, bias], CARRIED);
  for (let i = 0; i < CARRIED; i++) put(weight, i, i, middle(weight), middle(weight), 1);
}

/** The mean of each block of 2 × 2. */
function halve(weight: Parameter, bias: Parameter): void {
  clearRows([weight, bias], CARRIED);
  for (let i = 0; i < CARRIED; i++) {
    for (const [y, x] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const) {
      put(weight, i, i, y, x, 0.25);
    }
  }
}

/** Colours to themselves, their negatives, and the constants. */
function splitColours(weight: Parameter, bias: Parameter): void {
  clearRows([weight, bias], CARRIED);
  bias.data.set([K, -K], 6);
  for (let i = 0; i < 3; i++) {
    put(weight, i, i, middle(weight), middle(weight), 1);
    put(weight, i + 3, i, middle(weight), middle(weight), -1);
  }
}

function joinColours(weight: Parameter, bias: Parameter): void {
  clearRows([weight, bias], 3);
  for (let i = 0; i < 3; i++) {
    put(weight, i, i, middle(weight), middle(weight), 1);
    put(weight, i, i + 3, middle(weight), middle(weight), -1);
  }
}
