import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { sdedit } from "../../src/baselines/index.ts";
import { edit, isVisiiError, loadModel } from "../../src/index.ts";
import { meanSquaredError } from "../../src/metrics/index.ts";
import { encodeSafetensors, openSafetensors, readTensor } from "../../src/weights/index.ts";
import { fileSource } from "../../src/weights/node.ts";
import { picture } from "../eval/pictures.ts";

const scratch = mkdtempSync(join(tmpdir(), "visii-sdedit-"));
after(() => rmSync(scratch, { recursive: true }));

/** nano as the text-to-image model in it: without the weights that look at the picture. */
async function textToImage(): Promise<string> {
  const folder = join(scratch, "text-to-image");
  cpSync("models/nano", folder, { recursive: true });
  const [weights, config] = ["diffusion_pytorch_model.safetensors", "config.json"].map((name) =>
    join(folder, "unet", name),
  );
  const file = await openSafetensors(await fileSource(weights!));
  const names = [...file.tensors.keys()];
  const tensors = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readTensor(file, name)] as const)),
  );
  const { dtype, shape, data } = tensors["conv_in.weight"]!;
  const [out, channels, height, width] = shape as [number, number, number, number];
  const [whole, half] = [channels * height * width, (channels / 2) * height * width];
  const kept = new Float32Array(out * half);
  for (let i = 0; i < out; i++) kept.set((data as Float32Array).subarray(i * whole, i * whole + half), i * half);
  tensors["conv_in.weight"] = {
    dtype,
    shape: [out, channels / 2, height, width],
    data: kept,
  } as (typeof tensors)[string];
  writeFileSync(weights!, encodeSafetensors(tensors as Parameters<typeof encodeSafetensors>[0]));
  const json = JSON.parse(readFileSync(config!, "utf8")) as Record<string, unknown>;
  writeFileSync(config!, JSON.stringify({ ...json, in_channels: channels / 2 }));
  return folder;
}

const input = picture(4);
const options = { steps: 4, seed: 1 };

test("strength 0 leaves the picture to the autoencoder, more changes it more, and the seed counts", async () => {
  await using model = await loadModel("nano", { threads: 1 });
  const at = (sdeditStrength: number, seed = 1) =>
    sdedit(model, "a red cat", input, { ...options, seed, sdeditStrength });
  const [none, some, all] = [await at(0), await at(0.5), await at(1)];
  assert.deepEqual((await at(0, 2)).data, none.data);
  assert.ok(meanSquaredError(some, none) > 0);
  assert.notDeepEqual(all.data, some.data);
  assert.notDeepEqual((await at(0.5, 2)).data, some.data);
  assert.deepEqual((await at(0.5)).data, some.data);
  const refused = (error: unknown) =>
    isVisiiError(error, "usage") && /sdeditStrength must be a number from 0 to 1/.test(error.message);
  await assert.rejects(at(1.5), refused);
});

test("a text-to-image model does it as an InstructPix2Pix that sees no picture", async () => {
  const folder = await textToImage();
  await using editor = await loadModel("nano", { threads: 1 });
  await using generator = await loadModel(folder, { threads: 1, task: "generate" });
  const [ours, theirs] = [
    await sdedit(editor, "a red cat", input, options),
    await sdedit(generator, "a red cat", input, options),
  ];
  assert.ok(meanSquaredError(ours, theirs) < 1e-6);
  const refused = (sentence: RegExp) => (error: unknown) =>
    isVisiiError(error, "model") && sentence.test(error.message);
  await assert.rejects(loadModel(folder), refused(/this is no InstructPix2Pix: its UNet takes 4 channels, not 8/));
  await assert.rejects(
    loadModel("nano", { task: "generate" }),
    refused(/this is no text-to-image model: its UNet takes 8 channels, not 4/),
  );
  assert.notDeepEqual((await edit(editor, "a red cat", input, options))[0]!.data, ours.data);
});
