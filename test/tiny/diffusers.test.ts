/** A whole edit against diffusers' own pipeline: the same folder, seed, words and picture. See reference/goldens/make_tiny.py. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { sample } from "../../src/core/sample.ts";
import { readImage } from "../../src/image/node.ts";
import type { Image } from "../../src/image/pixels.ts";
import { edit, loadModel } from "../../src/index.ts";
import { fileSource } from "../../src/weights/node.ts";
import { openSafetensors, readTensor } from "../../src/weights/safetensors.ts";
import { relativeError } from "../graph/run.ts";

/** One pass through one network, against 64 bits. Where a picture is flat, norms divide by little and amplify rounding: PyTorch's own 7e-5. */
const PASS_TOLERANCE = 1e-4;
/** Twenty steps of guided predictions in 32 bits on both sides, each of which takes in the rounding of the one before. */
const LATENTS_TOLERANCE = 1e-3;
const LEAST_PSNR = 45;
/** Clipping hides differences; a picture that is clipped all over would agree with any other. */
const MOST_CLIPPED = 0.05;

/** Peak signal to noise of 8-bit pictures, in dB. */
function psnr(a: Image, b: Image): number {
  let squares = 0;
  for (let i = 0; i < a.data.length; i++) squares += (a.data[i]! - b.data[i]!) ** 2;
  return 10 * Math.log10((255 ** 2 * a.data.length) / squares);
}

/** Share of pixels with a channel at either end of its range. */
function clipped({ width, height, data }: Image): number {
  let count = 0;
  for (let i = 0; i < data.length; i += 3) {
    if (data.subarray(i, i + 3).some((value) => value === 0 || value === 255)) count++;
  }
  return count / (width * height);
}

interface Asked {
  readonly text: string;
  readonly seed: number;
  readonly steps: number;
  readonly guidance_scale: number;
  readonly image_guidance_scale: number;
  readonly unet_sha256: string;
}

async function readGolden(folder: string) {
  const file = await openSafetensors(await fileSource(`${folder}/pipeline.safetensors`));
  return {
    asked: JSON.parse(readFileSync(`${folder}/edit.json`, "utf8")) as Asked,
    tensor: async (name: string) => (await readTensor(file, name)).data as Float32Array,
    input: await readImage(`${folder}/input.png`),
    output: await readImage(`${folder}/output.png`),
  };
}

/**
 * `nano`'s weights are random: what it makes of a picture fills the range and is clipped. So, in part, is what `tiny` makes in twenty guided steps; as it is
 * applied, in two steps and without guidance, little is.
 */
for (const { name, golden = name, mostClipped } of [
  { name: "nano", mostClipped: 1 },
  { name: "tiny", mostClipped: MOST_CLIPPED },
  { name: "tiny", golden: "tiny-guided", mostClipped: 0.2 },
]) {
  test(`${golden}: an edit by words is diffusers' own`, async () => {
    const { asked, tensor, input, output } = await readGolden(`test/goldens/${golden}`);
    const weights = readFileSync(`models/${name}/unet/diffusion_pytorch_model.safetensors`);
    const hash = createHash("sha256").update(weights).digest("hex");
    assert.equal(hash, asked.unet_sha256, "other weights than the golden's: run reference/goldens/make_tiny.py");

    await using model = await loadModel(name, { threads: 1 });
    const { editDefaults, vae } = model.parts;
    const { text: words, seed } = asked;
    const settings = {
      ...editDefaults,
      steps: asked.steps,
      guidanceScale: asked.guidance_scale,
      imageGuidanceScale: asked.image_guidance_scale,
      seed,
    };
    const prompt = await model.prompt(words);
    const imageLatents = await model.encode(input);
    const steps = sample(model, prompt, imageLatents, { settings, noiseSeed: seed });
    let state = await steps.next();
    while (!state.done) state = await steps.next();
    const latents = state.value.data.map((x) => x * vae.config.scalingFactor);
    const [picture] = await edit(model, words, input, settings);

    const rows: [string, Float32Array, number][] = [
      ["prompt_embeds", prompt.data, PASS_TOLERANCE],
      ["image_embeds", await model.imageEmbeds(input), PASS_TOLERANCE],
      ["image_latents", imageLatents.data, PASS_TOLERANCE],
      ["latents", latents, LATENTS_TOLERANCE],
    ];
    console.log(`${golden}: relative errors against diffusers, ${settings.steps} steps, "${words}"`);
    const wrong: string[] = [];
    for (const [key, ours, tolerance] of rows) {
      const theirs = await tensor(key);
      assert.equal(ours.length, theirs.length, `${key}: size`);
      const error = relativeError(ours, theirs);
      console.log(`  ${key.padEnd(16)} ${error.toExponential(1)}  ≤ ${tolerance}`);
      if (!(error <= tolerance)) wrong.push(`${key}: ${error}`);
    }
    const [decibels, share] = [psnr(picture!, output), Math.max(clipped(picture!), clipped(output))];
    console.log(`  picture          ${decibels.toFixed(1)} dB  ≥ ${LEAST_PSNR} dB`);
    console.log(`  clipped pixels   ${(100 * share).toFixed(1)} %   < ${100 * mostClipped} %`);
    assert.deepEqual(wrong, [], "beyond tolerance");
    assert.ok(decibels >= LEAST_PSNR, `${decibels} dB`);
    assert.ok(share < mostClipped, `${share} of the pixels are clipped`);
  });
}
