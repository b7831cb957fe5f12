import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { isVisiiError } from "../../src/errors.ts";
import {
  add,
  conv2d,
  gather,
  greater,
  input,
  matmul,
  matmulTransposed,
  parameter,
  toOnnx,
} from "../../src/graph/index.ts";
import { Generator } from "../../src/rng/index.ts";
import { nodeRuntime } from "../../src/runtime/node.ts";
import { explain } from "../../src/runtime/node-errors.ts";
import { countCores, defaultThreads } from "../../src/runtime/node-threads.ts";
import type { Value } from "../../src/runtime/session.ts";
import { float32ToFloat16 } from "../../src/weights/float16.ts";
import { relativeError } from "../graph/run.ts";

const runtime = nodeRuntime({ device: "cpu", threads: 2 });
const scratch = mkdtempSync(join(tmpdir(), "visii-runtime-"));
after(() => rmSync(scratch, { recursive: true }));

const float32 = (shape: number[], ...data: number[]): Value => ({
  dtype: "float32",
  shape,
  data: Float32Array.from(data),
});

test("with little memory the numbers are the same, up to rounding", async () => {
  const random = new Generator(1);
  const weight = parameter("weight", [320, 256], {
    dtype: "float32",
    location: { data: new Uint8Array(random.randn(320 * 256).buffer) },
  });
  const graph = toOnnx({ y: matmulTransposed(input("x", [64, 256]), weight) });
  const x = float32([64, 256], ...random.randn(64 * 256));
  const results: Float32Array[] = [];
  for (const lowMemory of [false, true]) {
    await using session = await nodeRuntime({ device: "cpu", threads: 2, lowMemory }).load(graph);
    results.push((await session.run({ x })).y!.data as Float32Array);
  }
  assert.ok(relativeError(results[1]!, results[0]!) < 1e-6);
});

test("values of every type go in and come out", async () => {
  const x = input("x", [2, 2]);
  const ids = input("ids", [3], "int64");
  const outputs = { sum: add(x, 1), rows: gather(x, ids), large: greater(x, 2), twice: gather(ids, ids) };
  await using session = await runtime.load(toOnnx(outputs));
  const feeds = (...indices: bigint[]): Record<string, Value> => ({
    x: float32([2, 2], 1, 2, 3, 4),
    ids: { dtype: "int64", shape: [3], data: BigInt64Array.from(indices) },
  });
  const { sum, rows, large, twice } = await session.run(feeds(1n, 0n, 1n));
  assert.deepEqual(sum, float32([2, 2], 2, 3, 4, 5));
  assert.deepEqual(rows, float32([3, 2], 3, 4, 1, 2, 3, 4));
  assert.deepEqual(large, { dtype: "bool", shape: [2, 2], data: Uint8Array.of(0, 0, 1, 1) });
  assert.deepEqual(twice, { dtype: "int64", shape: [3], data: BigInt64Array.of(0n, 1n, 0n) });
  await assert.rejects(
    session.run(feeds(0n, 0n, 2n)),
    (error) => isVisiiError(error, "runtime") && /^Could not run the model: Gather .* out of/.test(error.message),
  );
});

test("weights come from an unaligned place in a file, 16-bit ones too", async () => {
  const values = Float32Array.of(1, 2, 3, 4, -5, 0.5);
  const half = new Uint8Array(float32ToFloat16(values).buffer);
  writeFileSync(join(scratch, "w.bin"), Buffer.concat([Buffer.alloc(7), half, new Uint8Array(values.buffer)]));
  const x = input("x", [1, 3]);
  const w16 = parameter("w16", [3, 2], { dtype: "float16", location: { file: "w.bin", offset: 7, length: 12 } });
  const w32 = parameter("w32", [3, 2], { dtype: "float32", location: { file: "w.bin", offset: 19, length: 24 } });
  const model = toOnnx({ y16: matmul(x, w16), y32: matmul(x, w32) });
  await using session = await runtime.load(model, { folder: scratch });
  const { y16, y32 } = await session.run({ x: float32([1, 3], 1, 10, 100) });
  assert.deepEqual([...y32.data], [1 + 30 - 500, 2 + 40 + 50]);
  assert.deepEqual(y16.data, y32.data);
  await assert.rejects(runtime.load(model), /The model's weights are in w\.bin, but no folder was given/);
  await assert.rejects(runtime.load(model, { folder: join(scratch, "none") }), /w\.bin: the weights can't be read/);
});

test("large weights in memory need no file, and may go once the session is made", async () => {
  const data = new Float32Array(20_000).fill(2); // above what the model's own bytes take in
  const location = { data: new Uint8Array(data.buffer) };
  const model = toOnnx({ y: matmul(input("x", [1, 2]), parameter("w", [2, 10_000], { dtype: "float32", location })) });
  assert.equal(model.memory.length, 1);
  await using session = await runtime.load(model);
  data.fill(Number.NaN);
  const { y } = await session.run({ x: float32([1, 2], 1, 2) });
  assert.ok(y.data.every((value) => value === 6));
});

test("two threads give the same bits every time", async () => {
  const size = 3 * 24 * 24;
  const wave = (n: number, f: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(i * f));
  const weight = (key: string, shape: number[]) => {
    const data = wave(
      shape.reduce((a, b) => a * b),
      key.length * 0.37,
    );
    return parameter(key, shape, { dtype: "float32", location: { data: new Uint8Array(data.buffer) } });
  };
  const hidden = conv2d(input("x", [1, 3, 24, 24]), weight("a", [32, 3, 3, 3]), { padding: 1 });
  const model = toOnnx({ y: conv2d(hidden, weight("bb", [32, 32, 3, 3]), { padding: 1 }) });
  const x = float32([1, 3, 24, 24], ...wave(size, 0.11));
  const first = await runtime.load(model);
  const { y } = await first.run({ x });
  for (let i = 0; i < 5; i++) assert.deepEqual((await first.run({ x })).y.data, y.data);
  await first.release();
  await using second = await runtime.load(model);
  assert.deepEqual((await second.run({ x })).y.data, y.data, "a new session agrees too");
});

test("feeds that do not fit are told by name, before anything runs", async () => {
  await using session = await runtime.load(toOnnx({ y: add(input("x", [1, 2]), 1) }));
  const bad: [Record<string, Value>, RegExp][] = [
    [{}, /run: input x: expected float32\[1,2\], got nothing/],
    [{ x: float32([2, 1], 1, 2) }, /run: input x: expected float32\[1,2\], got float32\[2,1\]/],
    [{ x: float32([1, 2], 1) }, /run: input x: float32\[1,2\] holds 2 values, got 1/],
    [{ x: float32([1, 2], 1, 2), y: float32([1], 1) }, /run: input y: the graph has no such input/],
  ];
  for (const [feeds, message] of bad) {
    await assert.rejects(session.run(feeds), (error) => isVisiiError(error, "runtime") && message.test(error.message));
  }
});

test("a released session says so; releasing twice is no error", async () => {
  const session = await runtime.load(toOnnx({ y: add(input("x", [1]), 1) }));
  await session.release();
  await session.release();
  await assert.rejects(session.run({ x: float32([1], 1) }), /this session has been released/);
});

test("what is no model is refused in one sentence", async () => {
  const model = { ...toOnnx({ y: add(input("x", [1]), 1) }), bytes: Uint8Array.of(1, 2, 3) };
  await assert.rejects(runtime.load(model), (error) => {
    assert.ok(isVisiiError(error, "runtime"));
    assert.match(error.message, /^Could not prepare the model: .*protobuf/);
    assert.ok(error.cause instanceof Error);
    return true;
  });
});

test("the runtime's own messages become sentences", () => {
  const memory =
    "[ONNXRuntimeError] : 6 : Non-zero status code returned while running Conv node. Name:'%12' Status Message: " +
    "/onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool) " +
    "Failed to allocate memory for requested buffer of size 3221225472";
  assert.equal(
    explain(new Error(memory), "run").message,
    "There is not enough memory to run the model (a block of 3072 MiB); close other programs, or use a smaller picture.",
  );
  const node =
    "Non-zero status code returned while running Gather node. Name:'%3' Status Message: indices element out of bounds";
  assert.equal(
    explain(new Error(node), "run").message,
    'Could not run the model: Gather "%3" failed: indices element out of bounds',
  );
});

test("counts cores, not their threads", () => {
  const cpu = (physical: number, core: number) => `processor : 0\nphysical id\t: ${physical}\ncore id\t\t: ${core}\n`;
  assert.equal(countCores([cpu(0, 0), cpu(0, 1), cpu(0, 0), cpu(0, 1)].join("\n")), 2);
  assert.equal(countCores([cpu(0, 0), cpu(1, 0)].join("\n")), 2);
  assert.equal(countCores("processor : 0\nBogoMIPS : 50\n\nprocessor : 1\n"), undefined);
  assert.ok(defaultThreads() >= 1);
});
