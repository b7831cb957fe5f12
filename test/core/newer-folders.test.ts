import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { edit, type Image, loadModel } from "../../src/index.ts";
import { encodeSafetensors, openSafetensors, readTensor, type TensorData } from "../../src/weights/index.ts";
import { fileSource } from "../../src/weights/node.ts";

const scratch = mkdtempSync(join(tmpdir(), "visii-newer-"));
after(() => rmSync(scratch, { recursive: true }));
const older = join(scratch, "older");
const folder = join(scratch, "newer");

async function tensorsOf(path: string): Promise<[string, TensorData][]> {
  const file = await openSafetensors(await fileSource(path));
  return Promise.all(
    [...file.tensors.keys()].map(async (key) => [key, await readTensor(file, key)] as const),
  ) as Promise<[string, TensorData][]>;
}

const readJson = (path: string) => JSON.parse(readFileSync(path, "utf8"));

const picture: Image = {
  width: 32,
  height: 32,
  data: Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * 31 + (i >> 5) * 17) % 251),
};

/** What transformers 5.23 and diffusers 0.42 write, checked against their `save_pretrained`. */
test("a folder as newer libraries write it gives the same picture", async () => {
  cpSync("models/nano", older, { recursive: true });
  const scheduler = "scheduler/scheduler_config.json";
  const config = { ...readJson(join(older, scheduler)), _class_name: "DPMSolverMultistepScheduler" };
  writeFileSync(join(older, scheduler), JSON.stringify(config));
  cpSync(older, folder, { recursive: true });

  // transformers 5: no prefix before the text encoder's keys, and tokenizer.json in place of vocab.json and merges.txt.
  const text = join(folder, "text_encoder/model.safetensors");
  const bare = (await tensorsOf(text)).map(([key, tensor]) => [key.replace("text_model.", ""), tensor] as const);
  assert.ok(bare.some(([key]) => key === "final_layer_norm.bias"));
  writeFileSync(text, encodeSafetensors(Object.fromEntries(bare)));
  const vocab = readJson(join(folder, "tokenizer/vocab.json"));
  const lines = readFileSync(join(folder, "tokenizer/merges.txt"), "utf8").split("\n").slice(1, -1);
  const model = { type: "BPE", vocab, merges: lines.map((line) => line.split(" ")) };
  writeFileSync(join(folder, "tokenizer/tokenizer.json"), JSON.stringify({ version: "1.0", model }));
  for (const file of ["vocab.json", "merges.txt", "special_tokens_map.json"]) rmSync(join(folder, "tokenizer", file));

  // diffusers: 16-bit variants alone, one of them in shards; a number that JSON does not have.
  renameSync(
    join(folder, "vae/diffusion_pytorch_model.safetensors"),
    join(folder, "vae/diffusion_pytorch_model.fp16.safetensors"),
  );
  const unet = join(folder, "unet/diffusion_pytorch_model.safetensors");
  const tensors = await tensorsOf(unet);
  const shards = [tensors.slice(0, 150), tensors.slice(150)];
  const name = (i: number) => `diffusion_pytorch_model.fp16-0000${i + 1}-of-00002.safetensors`;
  const map = shards.flatMap((shard, i) => shard.map(([key]) => [key, name(i)]));
  for (const [i, shard] of shards.entries()) {
    writeFileSync(join(folder, "unet", name(i)), encodeSafetensors(Object.fromEntries(shard)));
  }
  const index = { metadata: { total_size: 1 }, weight_map: Object.fromEntries(map) };
  writeFileSync(join(folder, "unet/diffusion_pytorch_model.safetensors.index.fp16.json"), JSON.stringify(index));
  rmSync(unet);
  const clipped = JSON.stringify({ ...config, lambda_min_clipped: "?" }).replace('"?"', "-Infinity");
  writeFileSync(join(folder, scheduler), clipped);

  await using newer = await loadModel(folder, { threads: 1 });
  assert.equal(newer.parts.scheduler.kind, "dpm-solver++");
  await using plain = await loadModel(older, { threads: 1 });
  const [expected] = await edit(plain, "make it red", picture, { steps: 2, seed: 1 });
  const [got] = await edit(newer, "make it red", picture, { steps: 2, seed: 1 });
  assert.deepEqual(got, expected);
});
