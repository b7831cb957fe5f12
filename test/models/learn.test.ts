import { test } from "node:test";
import {
  add,
  concat,
  constant,
  div,
  gradients,
  input,
  mul,
  slice,
  sub,
  type Tensor,
  toOnnx,
} from "../../src/graph/index.ts";
import {
  clipImageEmbeds,
  clipText,
  parseClipConfig,
  parseClipTextConfig,
  parseUNetConfig,
  parseVaeConfig,
  textProjection,
  tokenEmbedding,
  unet,
  vaeEncode,
} from "../../src/models/index.ts";
import { adamW, clipDirectionLoss, mse, normalize } from "../../src/nn/index.ts";
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
} from "./golden.ts";

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

interface Step {
  readonly outputs: Record<string, Tensor>;
  readonly root: string;
}

/** One step of Algorithm 1 as a graph: losses of (λ_mse 4, λ_clip 0.1), and the instruction after AdamW. */
async function learnStep(start: Record<string, Value>, guided: boolean, end: number): Promise<Step> {
  const [model, clip] = [await openPart("models/nano", "unet"), await openPart("models/nano", "clip")];
  const config = parseUNetConfig(model.config);
  const like = (name: string, as = name) => input(as, start[name]!.shape);
  const [condition, target, instruction] = [like("conditionLatents"), like("targetLatents"), like("initial", "c")];
  const [noise, timestep] = [like("targetLatents", "noise"), input("timestep", [1])];
  const noisy = add(mul(target, input("signal", [])), mul(noise, input("sigma", []))); // z_t
  const predict = (states: Tensor, image: Tensor) =>
    unet(model.scope, config, concat([noisy, image], 1), timestep, states);

  let prediction = predict(instruction, condition);
  if (guided) {
    const empty = like("empty");
    const [none, imageOnly] = [predict(empty, mul(condition, 0)), predict(empty, condition)];
    const text = mul(sub(prediction, imageOnly), 7.5);
    prediction = add(add(none, text), mul(sub(imageOnly, none), 1.5)); // ε̃
  }
  const denoising = mse(prediction, noise);
  const near = clipDirectionLoss(
    instruction,
    textProjection(clip.scope, parseClipConfig(clip.config)),
    like("direction"),
  );
  const [gradient] = gradients(add(mul(denoising, 4), mul(near, 0.1)), [instruction]);
  const next = adamW(instruction, gradient!, like("initial", "m"), like("initial", "v"), {
    lr: input("lr", []),
    step: input("step", []),
  });
  const initial = like("initial");
  const tokens = initial.shape[1]!;
  const frozen = [slice(initial, 1, 0, 1), slice(next.param, 1, 1, end), slice(initial, 1, end, tokens)];
  const outputs = {
    mse: denoising,
    clip: near,
    gradient: gradient!,
    cNext: concat(frozen, 1),
    mNext: next.m,
    vNext: next.v,
  };
  return { outputs, root: model.root };
}

async function check(name: string, guided: boolean): Promise<void> {
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
  const { outputs, root } = await learnStep(start, guided, 1 + moving);
  const model = toOnnx(outputs);
  await using session = await nodeRuntime({ device: "cpu", threads: 1 }).load(model, { folder: root });

  const at = (key: string, step: number, size: number) =>
    (golden.get(`input.${key}`)!.data as Float32Array).subarray(step * size, (step + 1) * size);
  const latents = start.targetLatents!;
  const zeros = float(new Float32Array(start.initial!.data.length), start.initial!.shape);
  let state: Record<string, Value> = { c: start.initial!, m: zeros, v: zeros };
  const seen: Record<"mse" | "clip" | "rows", number[]> = { mse: [], clip: [], rows: [] };
  for (let step = 0; step < STEPS; step++) {
    const timestep = Number((golden.get("input.timesteps")!.data as BigInt64Array)[step]);
    const feeds: Record<string, Value> = {
      ...start,
      ...state,
      noise: float(at("noises", step, latents.data.length), latents.shape),
      timestep: float(Float32Array.of(timestep), [1]),
      signal: scalar(at("signal", step, 1)[0]!),
      sigma: scalar(at("sigma", step, 1)[0]!),
      lr: golden.get("input.lr")!,
      step: scalar(step + 1),
    };
    const result = await session.run(Object.fromEntries(model.inputs.map(({ name }) => [name, feeds[name]!])));
    if (step === 0) {
      const error = relativeError(result.gradient!.data as Float32Array, wanted("firstGradient"));
      rows.push({ name: "d loss / d c_T", error, tolerance: 1e-4 });
    }
    state = { c: result.cNext!, m: result.mNext!, v: result.vNext! };
    seen.mse.push((result.mse!.data as Float32Array)[0]!);
    seen.clip.push((result.clip!.data as Float32Array)[0]!);
    seen.rows.push(...(result.cNext!.data as Float32Array).subarray(width, (1 + moving) * width));
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

test("ten steps of learning go as in plain PyTorch", () => check("learn-plain", false));

test("ten steps of learning with the guided prediction go as in plain PyTorch", () => check("learn-guided", true));
