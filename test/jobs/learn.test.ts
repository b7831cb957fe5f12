import { test } from "node:test";
import { add, constant, div, mul, sub, type Tensor, toOnnx } from "../../src/graph/index.ts";
import { learnStepJob } from "../../src/jobs/index.ts";
import {
  clipImageEmbeds,
  clipText,
  parseClipConfig,
  parseClipTextConfig,
  parseSoftWordsConfig,
  parseUNetConfig,
  parseVaeConfig,
  tokenEmbedding,
  vaeEncode,
} from "../../src/models/index.ts";
import { normalize } from "../../src/nn/index.ts";
import { nodeRuntime } from "../../src/runtime/node.ts";
import type { Value } from "../../src/runtime/session.ts";
import { relativeError } from "../graph/run.ts";
import {
  feedsOf,
  type Golden,
  given,
  OUTPUT_TOLERANCE,
  openPart,
  type Part,
  readGolden,
  report,
  run,
} from "../models/golden.ts";

/** Ten steps amplify rounding: Adam divides by the gradient's size, so what is small counts as much as what is large. */
const TRAJECTORY_TOLERANCE = 1e-3;
const STEPS = 10;

const float = (data: Float32Array, shape: readonly number[]): Value => ({ dtype: "float32", shape, data });
const scalar = (value: number) => float(Float32Array.of(value), []);

/** −1 … 1 to the range that CLIP was made for. */
function clipPixels(pixels: Tensor): Tensor {
  const mean = constant([0.48145466, 0.4578275, 0.40821073], [1, 3, 1, 1]);
  const deviation = constant([0.26862954, 0.26130258, 0.27577711], [1, 3, 1, 1]);
  return div(sub(mul(add(pixels, 1), 0.5), mean), deviation);
}

/** What a run starts from: latents of both pictures, the direction Δ, the instruction and the empty one. */
async function encoded(golden: Golden): Promise<Record<string, Value>> {
  const parts = await Promise.all(["vae", "text_encoder", "clip"].map((part) => openPart("models/nano", part)));
  const [vae, text, clip] = parts as [Part, Part, Part];
  const [before, after] = [given(golden, "before"), given(golden, "after")];
  const vaeConfig = parseVaeConfig(vae.config);
  const textConfig = parseClipTextConfig(text.config);
  const encode = (pixels: Tensor) => vaeEncode(vae.scope, vaeConfig, pixels).mean;
  const embed = (pixels: Tensor) =>
    normalize(clipImageEmbeds(clip.scope, parseClipConfig(clip.config), clipPixels(pixels)));
  const read = (ids: Tensor) => clipText(text.scope, textConfig, tokenEmbedding(text.scope, textConfig, ids));
  const outputs = {
    conditionLatents: encode(before),
    targetLatents: mul(encode(after), vaeConfig.scalingFactor),
    direction: normalize(sub(embed(after), embed(before))),
    initial: read(given(golden, "ids")),
    empty: read(given(golden, "emptyIds")),
  };
  const results = await run(outputs, feedsOf(golden), vae.root);
  return Object.fromEntries(Object.entries(outputs).map(([name, { shape }]) => [name, float(results[name]!, shape)]));
}

async function check(name: string, { guided = false, soft = false } = {}): Promise<void> {
  const golden = await readGolden(name);
  const start = await encoded(golden);
  const wanted = (key: string) => golden.get(`output.${key}`)!.data as Float32Array;
  const rows = ["conditionLatents", "targetLatents", "direction", "initial"].map((key) => ({
    name: key,
    error: relativeError(start[key]!.data as Float32Array, wanted(key)),
    tolerance: OUTPUT_TOLERANCE,
  }));

  const moving = golden.get("output.rows")!.shape[1]!;
  const width = start.initial!.shape[2]!;
  const [network, clip] = [await openPart("models/nano", "unet"), await openPart("models/nano", "clip")];
  const own = await openPart("models/nano", "soft_words");
  const words = { config: parseSoftWordsConfig(own.config), scope: own.scope };
  const latents = start.targetLatents!;
  const toPixels = golden.get("input.toPixels");
  const tokens = start.initial!.shape[1]!;
  const [, , height, latentWidth] = latents.shape as [number, number, number, number];
  const outputs = learnStepJob(
    { config: parseUNetConfig(network.config), scope: network.scope },
    { config: parseClipConfig(clip.config), scope: clip.scope },
    { size: { height, width: latentWidth }, tokens, batch: 1, guided, seen: toPixels?.shape[0] },
    soft ? words : undefined,
  );
  const model = toOnnx(outputs);
  await using session = await nodeRuntime({ device: "cpu", threads: 1 }).load(model, { folder: network.root });

  const at = (key: string, step: number, size: number) =>
    (golden.get(`input.${key}`)!.data as Float32Array).subarray(step * size, (step + 1) * size);
  const shape = soft ? [1, words.config.width] : start.initial!.shape;
  const zeros = float(new Float32Array(shape.reduce((a, b) => a * b)), shape);
  const moves = Float32Array.from({ length: tokens }, (_, row) => Number(row >= 1 && row < 1 + moving));
  let state: Record<string, Value> = { prompt_embeds: start.initial!, learned: zeros, m: zeros, v: zeros };
  const seen: Record<"mse" | "clip" | "rows", number[]> = { mse: [], clip: [], rows: [] };
  for (let step = 0; step < STEPS; step++) {
    const timestep = Number((golden.get("input.timesteps")!.data as BigInt64Array)[step]);
    const noise = at("noises", step, latents.data.length);
    const [signal, sigma] = [at("signal", step, 1)[0]!, at("sigma", step, 1)[0]!];
    const sample = (latents.data as Float32Array).map((x, i) => signal * x + sigma * noise[i]!); // z_t
    const feeds: Record<string, Value> = {
      ...state,
      moves: float(moves, [1, tokens, 1]),
      sample: float(sample, latents.shape),
      image_latents: start.conditionLatents!,
      target: float(noise, latents.shape),
      timestep: float(Float32Array.of(timestep), [1]),
      direction: start.direction!,
      ...(toPixels && { to_pixels: float(toPixels.data as Float32Array, toPixels.shape) }),
      null_embeds: start.empty!,
      guidance_scale: scalar(7.5),
      image_guidance_scale: scalar(1.5),
      lambda_mse: scalar(4),
      lambda_clip: scalar(0.1),
      gradient_clip: scalar(3e38),
      lr: golden.get("input.lr")!,
      step: scalar(step + 1),
    };
    const result = await session.run(Object.fromEntries(model.inputs.map(({ name }) => [name, feeds[name]!])));
    if (step === 0) {
      // The first moment starts at zero, so after one step it is the gradient times 1 − β₁.
      const gradient = (result.next_m!.data as Float32Array).map((m) => m / (1 - 0.9));
      rows.push({ name: "gradient", error: relativeError(gradient, wanted("firstGradient")), tolerance: 1e-4 });
    }
    const { next_prompt_embeds, next_learned, next_m, next_v } = result;
    state = { prompt_embeds: next_prompt_embeds!, learned: next_learned!, m: next_m!, v: next_v! };
    seen.mse.push((result.mse!.data as Float32Array)[0]!);
    seen.clip.push((result.clip!.data as Float32Array)[0]!);
    seen.rows.push(...(result.next_prompt_embeds!.data as Float32Array).subarray(width, (1 + moving) * width));
  }

  for (const [key, values] of Object.entries(seen)) {
    const error = relativeError(Float32Array.from(values), wanted(key));
    rows.push({ name: `${key}, ${STEPS} steps`, error, tolerance: TRAJECTORY_TOLERANCE });
  }
  // How far the instruction went is the stricter measure: most of c_T is where it began.
  const moved = (all: ArrayLike<number>) => {
    const initial = wanted("initial").subarray(width, (1 + moving) * width);
    return Float32Array.from(all, (x, i) => x - initial[i % initial.length]!);
  };
  const error = relativeError(moved(seen.rows), moved(wanted("rows")));
  rows.push({ name: `change of rows, ${STEPS} steps`, error, tolerance: TRAJECTORY_TOLERANCE });
  report(name, rows);
}

test("ten steps of learning go as in plain PyTorch", () => check("learn-plain"));

test("ten steps of learning with the guided prediction go as in plain PyTorch", () =>
  check("learn-guided", { guided: true }));

test("ten steps of learning a point of the soft words go as in plain PyTorch", () =>
  check("learn-soft", { soft: true }));

test("ten steps of learning with errors counted as pixels go as in plain PyTorch", () =>
  check("learn-pixels", { guided: true, soft: true }));
