import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { add, toOnnx } from "../../src/graph/index.ts";
import { nodeRuntime } from "../../src/runtime/node.ts";
import { encodeSafetensors } from "../../src/weights/index.ts";
import { openModelFolder } from "../../src/weights/node.ts";
import { weightScope } from "../../src/weights/scope.ts";

const cache = mkdtempSync(join(tmpdir(), "visii-run-"));
after(() => rmSync(cache, { recursive: true }));

test("a session reads the weights of a model whose files are links, through its scope", async () => {
  const part = join(cache, "snapshots", "revision", "unet");
  mkdirSync(part, { recursive: true });
  mkdirSync(join(cache, "blobs"));
  const half = { dtype: "float16", shape: [3], data: Uint16Array.of(0x3c00, 0x4000, 0xc200) } as const;
  writeFileSync(join(cache, "blobs", "0f3a"), encodeSafetensors({ "conv.bias": half }));
  writeFileSync(join(part, "config.json"), "{}");
  writeFileSync(join(part, "..", "model_index.json"), "{}");
  symlinkSync("../../../blobs/0f3a", join(part, "diffusion_pytorch_model.safetensors"));

  const folder = await openModelFolder(join(cache, "snapshots", "revision"));
  const { weights } = await folder.part("unet");
  const { scope, finish } = weightScope(weights);
  const model = toOnnx({ y: add(scope.at("conv").param("bias", [3]), 1) });
  finish();
  assert.deepEqual(model.files, ["blobs/0f3a"]);
  await using session = await nodeRuntime({ device: "cpu", threads: 1 }).load(model, { folder: folder.root! });
  assert.deepEqual([...(await session.run({})).y.data], [2, 3, -2]);
});
