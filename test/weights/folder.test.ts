import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { isVisiiError } from "../../src/errors.ts";
import { hashWeights, openModelFolder } from "../../src/weights/node.ts";
import { encodeSafetensors } from "../../src/weights/safetensors.ts";
import { readFloat32 } from "../../src/weights/weights.ts";

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "visii-folder-")));
after(() => rmSync(scratch, { recursive: true }));
let count = 0;

/** A new folder with these files; objects are written as JSON. */
function folderOf(files: Record<string, string | Uint8Array | object>): string {
  const folder = join(scratch, String(count++));
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    const raw = typeof content === "string" || content instanceof Uint8Array;
    writeFileSync(join(folder, name), raw ? content : JSON.stringify(content));
  }
  return folder;
}

const one = (key: string, value: number) =>
  encodeSafetensors({ [key]: { dtype: "float32", shape: [1], data: Float32Array.of(value) } });

test("reads a pipeline's parts; weights are located in their files", async () => {
  const folder = await openModelFolder(
    folderOf({
      "model_index.json": { _class_name: "P" },
      "unet/config.json": { width: 3 },
      "unet/diffusion_pytorch_model.safetensors": one("a", 2),
    }),
  );
  assert.equal(folder.index?._class_name, "P");
  assert.ok((await folder.has("unet")) && !(await folder.has("vae")));
  const { config, weights, name } = await folder.part("unet");
  assert.equal(config.width, 3);
  assert.equal(name, `${folder.name}/unet`);
  const location = weights.tensors.get("a")!.location;
  assert.ok("file" in location && location.file === "unet/diffusion_pytorch_model.safetensors");
  const bytes = readFileSync(join(folder.root!, location.file)).subarray(location.offset, location.offset + 4);
  assert.equal(bytes.readFloatLE(), 2);
  assert.equal((await readFloat32(weights, "a", [1])).data[0], 2);
});

test("reads a single model, 16-bit variants and shards", async () => {
  const single = await openModelFolder(folderOf({ "config.json": {}, "model.safetensors": one("a", 1) }));
  assert.equal(single.index, undefined);
  assert.deepEqual([...(await single.part(".")).weights.tensors.keys()], ["a"]);

  const sharded = { weight_map: { a: "m-1.safetensors", b: "m-2.safetensors", c: "m-1.safetensors" } };
  const pipeline = await openModelFolder(
    folderOf({
      "model_index.json": {},
      "half/config.json": {},
      "half/model.fp16.safetensors": one("h", 1),
      "sharded/config.json": {},
      "sharded/model.safetensors.index.json": sharded,
      "sharded/m-1.safetensors": one("a", 1),
      "sharded/m-2.safetensors": one("b", 1),
      "broken/config.json": {},
      "broken/model.safetensors.index.json": sharded,
      "broken/m-1.safetensors": one("a", 1),
      "sly/config.json": {},
      "sly/model.safetensors.index.json": { weight_map: { a: "../half/model.fp16.safetensors" } },
    }),
  );
  assert.deepEqual(await pipeline.weightFiles("half"), ["half/model.fp16.safetensors"]);
  assert.deepEqual([...(await pipeline.part("sharded")).weights.tensors.keys()], ["a", "b"]);
  await assert.rejects(pipeline.part("broken"), /broken\/m-2\.safetensors: this part of the weights is missing/);
  await assert.rejects(pipeline.part("sly"), /"\.\.\/half\/model\.fp16\.safetensors" is no safetensors file beside it/);
});

test("follows the links of the hub's cache to what they lead to", async () => {
  const cache = folderOf({ "blobs/aaa": one("a", 1), "blobs/bbb": one("b", 2), "snapshots/r/model_index.json": {} });
  const snapshot = join(cache, "snapshots", "r");
  for (const [part, blob] of [
    ["unet", "aaa"],
    ["vae", "bbb"],
  ]) {
    mkdirSync(join(snapshot, part));
    writeFileSync(join(snapshot, part, "config.json"), "{}");
    symlinkSync(join("..", "..", "..", "blobs", blob), join(snapshot, part, "model.safetensors"));
  }
  const folder = await openModelFolder(snapshot);
  assert.equal(folder.root, cache);
  const location = (await folder.part("vae")).weights.tensors.get("b")!.location;
  assert.ok("file" in location && location.file === "blobs/bbb");
});

test("the hash is sha256sum's over its own list, and knows contents and places", async () => {
  const files = { "model_index.json": {}, "a/model.safetensors": one("a", 1), "b/model.safetensors": one("b", 1) };
  const folder = await openModelFolder(folderOf(files));
  const line = (file: keyof typeof files) =>
    `${createHash("sha256")
      .update(files[file] as Uint8Array)
      .digest("hex")}  ${file}\n`;
  const list = line("a/model.safetensors") + line("b/model.safetensors");
  const expected = createHash("sha256").update(list).digest("hex");
  assert.equal(await hashWeights(folder, ["b", "a"]), expected);
  assert.notEqual(await hashWeights(folder, ["a"]), expected);
  const changed = await openModelFolder(folderOf({ ...files, "b/model.safetensors": one("b", 2) }));
  assert.notEqual(await hashWeights(changed, ["a", "b"]), expected);
});

const bad: [string, Record<string, string | object>, string, RegExp][] = [
  ["an empty folder", {}, "", /this is no model folder \(it has neither model_index\.json nor config\.json\)/],
  ["an index that is not JSON", { "model_index.json": "{" }, "", /model_index\.json: it is not valid JSON/],
  ["an index that is a list", { "model_index.json": "[]" }, "", /model_index\.json: expected a JSON object/],
  ["a missing part", { "model_index.json": {} }, "vae", /vae: this part of the model is missing/],
  [
    "a part without configuration",
    { "model_index.json": {}, "vae/x": "" },
    "vae",
    /vae\/config\.json: there is no such file/,
  ],
  [
    "a part without weights",
    { "model_index.json": {}, "vae/config.json": {} },
    "vae",
    /vae: there are no weights in it/,
  ],
  [
    "a pickle",
    { "config.json": {}, "pytorch_model.bin": "" },
    ".",
    /pytorch_model\.bin: .*Python pickle.*; use the model's \.safetensors/,
  ],
  [
    "weights that are something else",
    { "config.json": {}, "model.safetensors": "oops" },
    ".",
    /not a safetensors file/,
  ],
];

for (const [what, files, part, message] of bad) {
  test(`tells about ${what}`, async () => {
    const open = async () => {
      const folder = await openModelFolder(folderOf(files));
      if (part !== "") await folder.part(part);
    };
    await assert.rejects(open, (error) => isVisiiError(error, "model") && message.test(error.message));
  });
}

test("tells about a folder that is not there, or a file in its place", async () => {
  await assert.rejects(openModelFolder(join(scratch, "none")), /none: there is no such folder/);
  const file = join(folderOf({ "a.txt": "x" }), "a.txt");
  await assert.rejects(openModelFolder(file), /a\.txt: this is a file, not a model folder/);
});

test("a pipe in a model's place does not hang", {
  skip: process.platform === "win32" && "no pipes there",
}, async () => {
  const folder = folderOf({ "config.json": {} });
  execFileSync("mkfifo", [join(folder, "model.safetensors")]);
  const { part } = await openModelFolder(folder);
  await assert.rejects(part("."), /not a safetensors file/);
});
