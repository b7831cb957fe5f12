import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fitToPixels } from "../../src/core/to-pixels.ts";
import { input, toOnnx } from "../../src/graph/index.ts";
import { type Image, loadModel, type Model, readImage } from "../../src/index.ts";
import { squaredErrors } from "../../src/jobs/errors.ts";
import { Generator } from "../../src/rng/index.ts";
import { nodeRuntime } from "../../src/runtime/node.ts";
import type { Value } from "../../src/runtime/session.ts";

let model: Model;
before(async () => {
  model = await loadModel("tiny", { threads: 1 });
});
after(() => model.release());

const flat = (value: number): Image => ({ width: 128, height: 128, data: new Uint8Array(128 * 128 * 3).fill(value) });

/** How unlike two lists of positive numbers are, but for a factor: the deviation of the logarithms of their ratios. */
function spread(a: readonly number[], b: readonly number[]): number {
  const logs = a.map((x, i) => Math.log(x / b[i]!));
  const mean = logs.reduce((sum, x) => sum + x, 0) / logs.length;
  return Math.sqrt(logs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / logs.length);
}

test("errors counted as pixels are those that the decoder shows, as errors of latents are not", async () => {
  const [pictureBefore, pictureAfter] = [
    await readImage("gallery/duotone/before.png"),
    await readImage("gallery/duotone/after.png"),
  ];
  const toPixels = await fitToPixels(model, { before: pictureBefore, after: pictureAfter });
  const { factor, latentChannels, scalingFactor } = model.parts.vae.config;
  const seen = 3 * factor ** 2;
  assert.equal(toPixels.length, seen * latentChannels * 9);

  const latents = await model.encode(pictureAfter);
  const shown = await model.decodePixels(latents);
  const { channels, height, width, data } = latents;
  const generator = new Generator(2);
  const wrong = Array.from({ length: 12 }, () => {
    const gains = Array.from(generator.randn(channels), (x) => 0.3 * Math.exp(x)); // each channel has its share of the error
    const noise = generator.randn(data.length);
    return noise.map((x, i) => x * gains[Math.floor(i / (height * width))]!);
  });
  const shape = [wrong.length, channels, height, width];
  const [prediction, target] = [input("prediction", shape), input("target", shape)];
  const job = toOnnx({ latents: squaredErrors(prediction, target), pixels: squaredErrors(prediction, target, seen) });
  await using session = await nodeRuntime({ device: "cpu", threads: 1 }).load(job);
  const all = new Float32Array(wrong.length * data.length);
  for (const [i, one] of wrong.entries()) all.set(one, i * data.length);
  const feeds: Record<string, Value> = {
    prediction: { dtype: "float32", shape, data: all.map((x) => x * scalingFactor) },
    target: { dtype: "float32", shape, data: new Float32Array(all.length) },
    to_pixels: { dtype: "float32", shape: [seen, channels, 3, 3], data: toPixels },
  };
  const found = await session.run(feeds);
  const truth: number[] = [];
  for (const one of wrong) {
    const worse = await model.decodePixels({ ...latents, data: data.map((x, i) => x + one[i]!) });
    truth.push(worse.reduce((sum, x, i) => sum + (x - shown[i]!) ** 2, 0) / worse.length);
  }
  const unlike = (name: string) => spread([...(found[name]!.data as Float32Array)], truth);
  assert.ok(unlike("pixels") < unlike("latents") / 2, `${unlike("pixels")}, ${unlike("latents")}`);
});

test("pictures of one colour each will do", async () => {
  const toPixels = await fitToPixels(model, { before: flat(127), after: flat(127) });
  assert.ok(toPixels.every(Number.isFinite));
  assert.ok(toPixels.some((weight) => Math.abs(weight) > 0.01));
});
