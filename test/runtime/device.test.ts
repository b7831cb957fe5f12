import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { add, input, toOnnx } from "../../src/graph/index.ts";
import { isVisiiError, loadModel } from "../../src/index.ts";
import { deviceOf } from "../../src/runtime/device.ts";
import { nodeRuntime } from "../../src/runtime/node.ts";
import { providerOf } from "../../src/runtime/node-device.ts";
import { explain } from "../../src/runtime/node-errors.ts";

const model = toOnnx({ y: add(input("x", [1]), 1) });

function visii(...args: string[]): { code: number | null; stderr: string } {
  const bin = fileURLToPath(new URL("../../bin/visii.js", import.meta.url));
  // No driver of any card, for Vulkan.
  const env = { ...process.env, VK_ICD_FILENAMES: "/nowhere", VK_DRIVER_FILES: "/nowhere" };
  const { status, stderr } = spawnSync(process.execPath, [bin, ...args], { env, encoding: "utf8" });
  return { code: status, stderr };
}

const edit = [
  "edit",
  "make it red",
  "examples/pastel/1_0.png",
  "-o",
  "out/never.png",
  "--model",
  "nano",
  "--steps",
  "1",
];

test("auto is the processor", () => {
  assert.deepEqual((["auto", "cpu", "webgpu", "cuda"] as const).map(deviceOf), ["cpu", "cpu", "webgpu", "cuda"]);
});

test("an unknown device is a wrong use", async () => {
  const { code, stderr } = visii(...edit, "--device", "gpu");
  assert.equal(code, 2);
  assert.match(stderr, /--device must be one of auto, cpu, webgpu, cuda, got "gpu"/);
  await assert.rejects(
    loadModel("nano", { device: "gpu" as never }),
    (error) => isVisiiError(error, "usage") && /device must be one of auto, cpu, webgpu, cuda/.test(error.message),
  );
});

test("without a graphics card, --device webgpu says so and names the way out", {
  skip: process.platform !== "linux" && "only Linux' drivers can be hidden",
}, () => {
  const { code, stderr } = visii(...edit, "--device", "webgpu");
  assert.equal(code, 1);
  assert.match(stderr, /WebGPU (?:finds no graphics card here; install its driver|for linux)/);
  assert.match(stderr, /--device cpu/);
});

test("where CUDA's part is not installed, it is said how to install it", async (t) => {
  const session = await nodeRuntime({ device: "cuda" })
    .load(model)
    .catch((error: unknown) => error);
  if (!(session instanceof Error)) return t.skip("CUDA is installed here");
  assert.ok(isVisiiError(session, "runtime"));
  assert.match(session.message, /^CUDA is not installed: .*cuda12.*--device cpu|^ONNX Runtime has no cuda for /);
});

test("a platform whose runtime has no such device is named", () => {
  assert.throws(
    () => providerOf("webgpu", model, [{ name: "cpu" }]),
    /^VisiiError: ONNX Runtime has no webgpu for \w+ on \w+; compute on the processor \(--device cpu\)\.$/,
  );
});

test("a buffer that WebGPU could not make is a matter of memory", () => {
  const text = "WebGPU validation failed. [Invalid Buffer (unlabeled)] is invalid due to a previous error.";
  assert.match(explain(new Error(text), "run").message, /^There is not enough memory to run the model;/);
});
