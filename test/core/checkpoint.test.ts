import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { PAPER_EDIT } from "../../src/core/settings.ts";
import { edit, type Image, isVisiiError, loadModel, type Model } from "../../src/index.ts";
import { encodeSafetensors } from "../../src/weights/index.ts";
import { openModel } from "../../src/weights/node-checkpoint.ts";
import { golden, type Part, smallModel } from "../weights/ldm.ts";

const scratch = mkdtempSync(join(tmpdir(), "visii-checkpoint-"));
const folder = join(scratch, "folder");
const file = join(scratch, "instruct.safetensors");
const { parts, file: tensors } = smallModel();
let fromFolder: Model;
let fromFile: Model;

before(async () => {
  for (const part of Object.keys(parts) as Part[]) {
    const name = part === "text_encoder" ? "model" : "diffusion_pytorch_model";
    mkdirSync(join(folder, part), { recursive: true });
    writeFileSync(join(folder, part, `${name}.safetensors`), encodeSafetensors(parts[part]));
    writeFileSync(join(folder, part, "config.json"), JSON.stringify(golden.configs.small[part]));
  }
  for (const same of ["model_index.json", "scheduler", "tokenizer"]) {
    cpSync(join("models/nano", same), join(folder, same), { recursive: true });
  }
  cpSync("models/nano/tokenizer", join(scratch, "tokenizer"), { recursive: true });
  const ema = { dtype: "float16", shape: [2], data: Uint16Array.of(1, 2) } as const;
  writeFileSync(file, encodeSafetensors({ ...tensors, "model_ema.diffusion_modelout2bias": ema }));
  fromFolder = await loadModel(folder, { threads: 1 });
  fromFile = await loadModel(file, { threads: 1 });
});
after(async () => {
  await fromFolder.release();
  await fromFile.release();
  rmSync(scratch, { recursive: true });
});

const picture: Image = {
  width: 64,
  height: 64,
  data: Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 31 + (i >> 5) * 17) % 251),
};

/** What every part of a model computes. */
async function outputs(model: Model) {
  const latents = await model.encode(picture);
  const prompt = await model.prompt("make it red");
  const prediction = await model.denoise(latents, PAPER_EDIT, {
    sample: latents.data,
    image_latents: latents.data,
    timestep: Float32Array.of(500),
    prompt_embeds: prompt.data,
    null_embeds: (await model.nullPrompt()).data,
  });
  const { data: pixels } = await model.decode(latents);
  return { latents: latents.data, prompt, prediction, pixels };
}

test("a single file in the original naming computes what its folder does, to the bit", async () => {
  const [expected, got] = [await outputs(fromFolder), await outputs(fromFile)];
  for (const values of [expected.latents, expected.prediction]) assert.ok(values.every(Number.isFinite));
  assert.ok(new Set(expected.pixels).size > 10, "the picture is a picture");
  assert.deepEqual(got, expected);
  const [a] = await edit(fromFolder, "make it red", picture, { steps: 2, seed: 3, resolution: 64 });
  const [b] = await edit(fromFile, "make it red", picture, { steps: 2, seed: 3, resolution: 64 });
  assert.deepEqual(b, a);
});

test("its configurations, scheduler and defaults are those of its folder", () => {
  for (const part of ["unet", "vae", "text"] as const) {
    assert.deepEqual(fromFile.parts[part].config, fromFolder.parts[part].config);
  }
  assert.deepEqual(fromFile.parts.scheduler, fromFolder.parts.scheduler);
  assert.deepEqual(fromFile.parts.learnDefaults, fromFolder.parts.learnDefaults);
  assert.equal(fromFile.parts.learnDefaults.resolution, 512);
});

test("its hash does not depend on its name, and it may be a link", async () => {
  const other = join(scratch, "other");
  mkdirSync(other);
  cpSync("models/nano/tokenizer", other, { recursive: true }); // the tokenizer's files right beside it
  symlinkSync(file, join(other, "renamed.safetensors"));
  await using linked = await loadModel(join(other, "renamed.safetensors"), { threads: 1 });
  assert.equal(linked.parts.identity.hash, fromFile.parts.identity.hash);
  assert.deepEqual(await linked.prompt("a cat"), await fromFile.prompt("a cat"));
});

test("without a tokenizer beside it, one of the right size is found elsewhere, or it is told where to get one", async () => {
  const alone = join(scratch, "alone");
  mkdirSync(alone);
  symlinkSync(file, join(alone, "model.safetensors"));
  const wrong = join(scratch, "wrong");
  cpSync("models/nano/tokenizer", wrong, { recursive: true });
  writeFileSync(join(wrong, "vocab.json"), '{"a": 0}');
  const open = async (folders: string[]) => {
    const model = await openModel(join(alone, "model.safetensors"), () => folders);
    return Object.keys(await model.json("tokenizer/vocab.json")).length;
  };
  assert.equal(await open([join(scratch, "none"), wrong, join(scratch, "tokenizer")]), 714);
  const sentence =
    /model\.safetensors: such a file does not hold its tokenizer .*714 tokens\); put .* beside it, or .*clip-vit-large/;
  await assert.rejects(open([wrong]), (error) => isVisiiError(error, "model") && sentence.test(error.message));
});

test("a model that was not trained to edit is told so in one sentence, as a file and as a folder", async () => {
  const key = "model.diffusion_model.input_blocks.0.0.weight";
  const { shape, data, dtype } = tensors[key]!;
  const half = { dtype, shape: [shape[0]!, 4, 3, 3], data: data.subarray(0, data.length / 2) };
  const plain = join(scratch, "v1-5-pruned.safetensors");
  writeFileSync(plain, encodeSafetensors({ ...tensors, [key]: half }));
  const sentence = /this is no InstructPix2Pix: its UNet takes 4 channels, not 8; it makes pictures but does not edit/;
  await assert.rejects(loadModel(plain), (error) => isVisiiError(error, "model") && sentence.test(error.message));

  const other = join(scratch, "plain");
  cpSync(folder, other, { recursive: true });
  writeFileSync(join(other, "unet/config.json"), JSON.stringify({ ...golden.configs.small.unet, in_channels: 4 }));
  const weights = encodeSafetensors({ ...parts.unet, "conv_in.weight": half });
  writeFileSync(join(other, "unet/diffusion_pytorch_model.safetensors"), weights);
  await assert.rejects(loadModel(other), (error) => isVisiiError(error, "model") && sentence.test(error.message));
});

test("pickles are refused with the reason, files that are nothing by what they are", async () => {
  for (const name of ["v1.ckpt", "model.bin", "model.pt"]) {
    const path = join(scratch, name);
    writeFileSync(path, "");
    await assert.rejects(
      loadModel(path),
      /(?:ckpt|bin|pt): this is a Python pickle, and opening one can run any program .*; use the model's \.safetensors/,
    );
  }
  const text = join(scratch, "readme.txt");
  writeFileSync(text, "");
  await assert.rejects(loadModel(text), /readme\.txt: this is a file, not a model folder/);
  await assert.rejects(loadModel(join(scratch, "none.safetensors")), /none\.safetensors: there is no such file/);
  const cut = join(scratch, "cut.safetensors");
  writeFileSync(cut, encodeSafetensors(tensors).subarray(0, 500_000));
  await assert.rejects(loadModel(cut), /cut\.safetensors: the file is truncated/);
});
