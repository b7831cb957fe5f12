import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { deviceOptions } from "../../src/cli/settings.ts";
import { Model } from "../../src/core/model.ts";
import { Sessions } from "../../src/core/sessions.ts";
import { constant, input, matmul } from "../../src/graph/index.ts";
import { isVisiiError, learn, loadModel } from "../../src/index.ts";
import { nodeRuntime } from "../../src/runtime/node.ts";
import { type Attempt, type PrecisionName, precisionOf } from "../../src/runtime/precision.ts";
import type { Runtime } from "../../src/runtime/session.ts";
import { openSafetensors } from "../../src/weights/safetensors.ts";
import { memorySource } from "../../src/weights/source.ts";
import { numbers } from "../graph/run.ts";

const scratch = mkdtempSync(join(tmpdir(), "visii-precision-"));
after(() => rmSync(scratch, { recursive: true }));

/** The processor, given 16-bit graphs. It computes them in 32, but rounds weights to 16, of which large ones become infinite. */
function halfRuntime(): Runtime & { readonly loaded: boolean[] } {
  const runtime = nodeRuntime({ device: "cpu", threads: 1, precision: "fp16" });
  const loaded: boolean[] = [];
  return {
    emit: runtime.emit!,
    loaded,
    load: (model, options) => {
      loaded.push(model.half);
      return runtime.load(model, options);
    },
  };
}

const can = (...able: string[]): Attempt => {
  return async (precision) => {
    if (!able.includes(precision)) throw new Error(`no ${precision}`);
  };
};

test("auto is 32 bits on the processor, 16 on a card that has them", async () => {
  assert.equal(await precisionOf("auto", "cpu", can()), "fp32");
  assert.equal(await precisionOf("fp32", "webgpu", can()), "fp32");
  for (const name of ["auto", "fp16"] as const) {
    assert.equal(await precisionOf(name, "cuda", can("fp16", "fp32")), "fp16");
  }
  assert.equal(await precisionOf("auto", "webgpu", can("fp32")), "fp32");
});

test("16 bits where there are none are refused, in words", async () => {
  await assert.rejects(
    precisionOf("fp16", "webgpu", can("fp32")),
    /^VisiiError: This graphics card does not compute in 16 bits; use --precision fp32\.$/,
  );
  await assert.rejects(precisionOf("fp16", "webgpu", can()), /no fp32/); // no card at all: its own words
  const refused = /^VisiiError: The processor computes in 32 bits only and gains nothing from 16; /;
  for (const device of ["cpu", "auto"] as const) {
    await assert.rejects(loadModel("nano", { device, precision: "fp16" }), refused);
    assert.throws(() => deviceOptions({ device, precision: "fp16" }), refused);
  }
  await assert.rejects(
    loadModel("nano", { precision: "half" as PrecisionName }),
    (error) =>
      isVisiiError(error, "usage") && /^precision must be one of auto, fp32, fp16, got half/.test(error.message),
  );
});

test("a graph that overflows is computed again in 32 bits, once and for all; others stay", async () => {
  const [runtime, notices] = [halfRuntime(), [] as string[]];
  const sessions = new Sessions(runtime, undefined, { alive: 2, large: 1 }, (message) => notices.push(message));
  const product = (weight: number) => () => ({ y: matmul(input("x", [1, 1, 2]), constant([weight, 0, 0, 2], [2, 2])) });
  const run = async (key: string, weight: number, ...x: number[]) => [
    ...(await sessions.run(key, true, product(weight), { x: Float32Array.from(x) })).y,
  ];
  assert.deepEqual(await run("fits", 3, 1, 2), [3, 4]);
  assert.deepEqual(runtime.loaded, [true]);
  assert.deepEqual(await run("large", 1e5, 1, 2), [1e5, 4]); // takes the other's place
  assert.deepEqual(await run("large", 1e5, 2, 3), [2e5, 6]);
  assert.deepEqual(notices, ["large: gave numbers that are none in 16 bits; going on in 32 bits."]);
  assert.deepEqual(runtime.loaded, [true, true, false]);
  await run("fits", 3, 1, 2);
  await run("large", 1e5, 1, 2);
  assert.deepEqual(runtime.loaded, [true, true, false, true, false], "16 bits are tried once");
  // What is no number in 32 bits either comes back as it is.
  assert.ok(Number.isNaN((await run("large", 1e5, Number.NaN, 0))[0]));
  assert.equal(notices.length, 1);
  await sessions.release();
});

/** A copy of nano whose UNet begins with weights beyond 65504; the norms that follow make small numbers of theirs. */
async function loudModel(): Promise<string> {
  const folder = join(scratch, "loud");
  cpSync("models/nano", folder, { recursive: true });
  const file = join(folder, "unet/diffusion_pytorch_model.safetensors");
  const bytes = new Uint8Array(readFileSync(file));
  const { tensors } = await openSafetensors(memorySource(file, bytes));
  for (const key of ["conv_in.weight", "conv_in.bias"]) {
    const { dtype, offset, length } = tensors.get(key)!;
    assert.equal(dtype, "F32");
    const view = new DataView(bytes.buffer, bytes.byteOffset + offset, length);
    for (let i = 0; i < length; i += 4) view.setFloat32(i, view.getFloat32(i, true) * 1e6, true);
  }
  writeFileSync(file, bytes);
  return folder;
}

test("a model whose weights are too large for 16 bits learns on in 32, and says so", async () => {
  await using wide = await loadModel(await loudModel(), { threads: 1 });
  const [runtime, notices] = [halfRuntime(), [] as string[]];
  await using narrow = new Model(wide.parts, runtime, (message) => notices.push(message));
  const side = 2 * wide.multiple;
  const picture = (seed: number) => ({
    width: side,
    height: side,
    data: Uint8Array.from(numbers([side * side * 3], seed), (x) => 127 + 120 * x),
  });
  const options = { pairs: [{ before: picture(1), after: picture(2) }], init: "turn it red", steps: 3, seed: 7 };
  const learned = async (model: Model) => {
    const { promptEmbeds, provenance } = await learn(model, options).result;
    return [...promptEmbeds.data, ...provenance.losses.flat()];
  };
  const [expected, got] = [await learned(wide), await learned(narrow)];
  assert.ok(got.every(Number.isFinite));
  const farthest = got.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0);
  assert.ok(farthest < 1e-3, `${farthest}`); // texts and pictures were still encoded in 16 bits
  assert.deepEqual(
    notices.map((message) => message.replace(/^(\w+) .*: /, "$1: ")),
    ["learn", "validate"].map((job) => `${job}: gave numbers that are none in 16 bits; going on in 32 bits.`),
  );
  assert.equal(runtime.loaded.filter((half) => !half).length, 2);
});
