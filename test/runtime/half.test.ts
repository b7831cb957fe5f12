import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { inHalf } from "../../src/graph/half.ts";
import { type Tensor, toOnnx } from "../../src/graph/index.ts";
import { walk } from "../../src/graph/walk.ts";
import { loadModel, type Model } from "../../src/index.ts";
import { decodeJob, denoiseJob, encodeJob, imageEmbedsJob, learnStepJob, textJob } from "../../src/jobs/index.ts";
import { nodeRuntime } from "../../src/runtime/node.ts";
import type { Value } from "../../src/runtime/session.ts";
import { halves, rounded } from "../graph/half.ts";
import { numbers, relativeError } from "../graph/run.ts";

const runtime = nodeRuntime({ device: "cpu", threads: 1 });

async function run(outputs: Record<string, Tensor>, feeds: Record<string, Float32Array>, folder: string) {
  const model = toOnnx(outputs);
  await using session = await runtime.load(model, { folder });
  const values = model.inputs.map(({ name, dtype, shape }) => [name, { dtype, shape, data: feeds[name]! }] as const);
  const results = await session.run(Object.fromEntries<Value>(values));
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]));
}

/** Everything that a model computes, and what it is fed. */
async function jobsOf(model: Model): Promise<Record<string, [Record<string, Tensor>, Record<string, Float32Array>]>> {
  const { unet, vae, text, clip: source } = model.parts;
  const clip = (await source.open())!;
  const side = 2 * model.multiple;
  const prompt = await model.prompt("turn it red");
  const channels = unet.config.outChannels;
  const latent = { height: side / vae.config.factor, width: side / vae.config.factor };
  const shape = [1, channels, latent.height, latent.width];
  const one = (value: number) => Float32Array.of(value);
  const common = {
    sample: numbers(shape, 2),
    image_latents: numbers(shape, 5),
    timestep: one(777),
    prompt_embeds: prompt.data,
    null_embeds: (await model.nullPrompt()).data,
    guidance_scale: one(7.5),
    image_guidance_scale: one(1.5),
  };
  const learning = {
    ...common,
    m: new Float32Array(prompt.data.length),
    v: new Float32Array(prompt.data.length),
    moves: new Float32Array(prompt.tokens).fill(1),
    target: numbers(shape, 3),
    direction: numbers([clip.config.projection], 4),
    lr: one(0.01),
    step: one(1),
    lambda_mse: one(4),
    lambda_clip: one(0.1),
    gradient_clip: one(3e38),
  };
  const shapeOfStep = { size: latent, tokens: prompt.tokens, batch: 2, guided: false };
  const two = (data: Float32Array) => Float32Array.of(...data, ...data.map((x) => -x));
  const { sample, image_latents, target } = learning;
  const batch = {
    sample: two(sample),
    image_latents: two(image_latents),
    target: two(target),
    timestep: Float32Array.of(777, 21),
  };
  const { imageSize } = clip.config.vision;
  return {
    encode: [encodeJob(vae, { height: side, width: side }), { pixels: numbers([1, 3, side, side]) }],
    decode: [decodeJob(vae, latent), { latents: numbers(shape, 6) }],
    text: [textJob(text), { embeddings: numbers([text.config.positions, text.config.width], 7) }],
    "image embeds": [imageEmbedsJob(clip), { pixels: numbers([1, 3, imageSize, imageSize], 8) }],
    denoise: [denoiseJob(unet, latent, prompt.tokens), { ...common, weights: Float32Array.of(7.5, -6, -0.5) }],
    "learning step": [learnStepJob(unet, clip, shapeOfStep), { ...learning, ...batch }],
  };
}

/**
 * Rounding to 16 bits is an error of up to 4.9e-4 at every value, and a result comes of tens of layers; guidance magnifies what differs between
 * predictions. About three times what was measured.
 */
const TOLERANCES: Record<string, Record<string, number>> = {
  nano: { latents: 4e-3, pixels: 6e-3, prompt_embeds: 2e-3, image_embeds: 2e-3, prediction: 3e-2, gradient: 2e-2 },
  tiny: { latents: 4e-3, pixels: 4e-3, prompt_embeds: 2e-3, image_embeds: 2e-3, prediction: 6e-3, gradient: 1.2e-2 },
};
/** Of a learning step. The first one moves every row by about the learning rate, whatever the gradient's size. */
const STEP_TOLERANCES = { mse: 1e-3, clip: 1e-6, next_prompt_embeds: 5e-3 };

for (const [name, own] of Object.entries(TOLERANCES)) {
  const tolerances: Record<string, number> = { ...own, ...STEP_TOLERANCES };
  test(`${name} gives in 16 bits what it gives in 32`, async () => {
    await using model = await loadModel(name, { threads: 1 });
    const rows: string[] = [];
    const wrong: string[] = [];
    for (const [job, [outputs, feeds]] of Object.entries(await jobsOf(model))) {
      const folder = job === "image embeds" ? join(model.parts.folder!, "clip") : model.parts.folder!;
      const [wide, narrow] = [await run(outputs, feeds, folder), await run(rounded(outputs), feeds, folder)];
      const [some, all] = halves(walk(Object.values(inHalf(outputs))));
      rows.push(`  ${job}: ${some} of ${all} values in 16 bits`);
      for (const [output, tolerance] of Object.entries(tolerances).filter(([key]) => Object.hasOwn(wide, key))) {
        const error = relativeError(narrow[output]!, wide[output]!);
        const row = `    ${output.padEnd(20)} ${error.toExponential(1)}  ≤ ${tolerance}`;
        rows.push(row);
        if (!(error <= tolerance)) wrong.push(row);
      }
    }
    console.log(`${name}, 16 bits against 32: relative errors\n${rows.join("\n")}`);
    assert.deepEqual(wrong, [], "beyond tolerance");
  });
}

test("weights are stored in 16 bits and never widened; inputs, outputs, sums, sines and the optimiser keep 32", async () => {
  await using model = await loadModel("nano", { threads: 1 });
  const [outputs] = (await jobsOf(model))["learning step"]!;
  const written = inHalf(outputs);
  assert.ok(Object.values(written).every(({ dtype }) => dtype === "float32"));
  for (const { op, dtype, inputs, shape } of walk(Object.values(written))) {
    if (["sum", "mean", "sin", "cos", "sqrt", "square", "div", "input", "normalize", "softmax"].includes(op.name))
      assert.equal(dtype, "float32", `${op.name}[${shape}]`);
    if (["conv2d", "conv2dInput", "attention"].includes(op.name)) {
      assert.ok([{ dtype }, ...inputs].every((x) => x.dtype === "float16"));
      assert.equal(inputs[1]!.op.name === "cast", false, "a weight is rounded where it is stored");
    }
  }
});
