import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { loadModel, type Model } from "../../src/index.ts";
import { branchWeights } from "../../src/jobs/index.ts";
import { numbers, relativeError } from "../graph/run.ts";

let model: Model;
before(async () => {
  model = await loadModel("models/nano", { threads: 1 });
});
after(() => model.release());

test("guidance computes only the branches that count", () => {
  const branches = (text: number, image: number) => [...branchWeights(text, image)];
  assert.deepEqual(branches(1, 1), [["text", 1]]);
  assert.deepEqual(branches(7.5, 1), [
    ["text", 7.5],
    ["image", -6.5],
  ]);
  assert.deepEqual(branches(1.5, 1.5), [
    ["text", 1.5],
    ["none", -0.5],
  ]);
  assert.deepEqual(branches(7.5, 1.5), [
    ["text", 7.5],
    ["image", -6],
    ["none", -0.5],
  ]);
});

test("the guided prediction is none + s_T (text − image) + s_I (image − none)", async () => {
  const size = { height: 8, width: 8 };
  const sample = numbers([1, model.parts.unet.config.outChannels, 8, 8], 1);
  const [prompt, nothing] = [await model.prompt("turn it red"), await model.nullPrompt()];
  const denoise = (guidanceScale: number, imageGuidanceScale: number) =>
    model.denoise(
      size,
      { guidanceScale, imageGuidanceScale },
      {
        sample,
        image_latents: numbers([sample.length], 2),
        timestep: Float32Array.of(321),
        prompt_embeds: prompt.data,
        null_embeds: nothing.data,
      },
    );
  const [text, image, none] = [await denoise(1, 1), await denoise(0, 1), await denoise(0, 0)];
  for (const [scale, imageScale] of [
    [7.5, 1.5],
    [7.5, 1],
    [1.5, 1.5],
    [3, 0],
  ] as const) {
    const wanted = none.map((u, i) => u + scale * (text[i]! - image[i]!) + imageScale * (image[i]! - u));
    const error = relativeError(await denoise(scale, imageScale), wanted);
    assert.ok(error < 1e-5, `${scale}, ${imageScale}: ${error}`);
  }
});
