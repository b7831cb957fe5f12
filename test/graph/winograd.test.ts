import assert from "node:assert/strict";
import { test } from "node:test";
import { conv2d, gradients, input, mul, parameter, sum, toOnnx } from "../../src/graph/index.ts";
import { nodeRuntime } from "../../src/runtime/node.ts";
import { numbers, relativeError } from "./run.ts";

/** A convolution and its gradient, directly and by Winograd's filtering. */
async function both(n: number, c: number, o: number, h: number, w: number): Promise<[number, number]> {
  const weights = new Uint8Array(numbers([o, c, 3, 3], 2).buffer);
  const weight = parameter("weight", [o, c, 3, 3], { dtype: "float32", location: { data: weights } });
  const [x, dy, bias] = [input("x", [n, c, h, w]), input("dy", [n, o, h, w]), input("bias", [o])];
  const y = conv2d(x, weight, { padding: 1, bias });
  const [dx] = gradients(sum(mul(y, dy)), [x]);
  const feeds = {
    x: { dtype: "float32", shape: x.shape, data: numbers(x.shape) },
    dy: { dtype: "float32", shape: dy.shape, data: numbers(dy.shape, 3) },
    bias: { dtype: "float32", shape: bias.shape, data: numbers(bias.shape, 4) },
  } as const;
  const [direct, filtered] = await Promise.all(
    [false, true].map(async (winograd) => {
      const model = toOnnx({ y, dx: dx! }, { winograd });
      const read = Buffer.from(model.bytes);
      assert.equal(read.includes("MatMul"), winograd, "the test meets the filtering");
      await using session = await nodeRuntime({ device: "cpu", threads: 1 }).load(model);
      return await session.run(feeds);
    }),
  );
  return [
    relativeError(filtered!.y!.data as Float32Array, direct!.y!.data as Float32Array),
    relativeError(filtered!.dx!.data as Float32Array, direct!.dx!.data as Float32Array),
  ];
}

test("large tiles", async () => {
  for (const error of await both(1, 192, 200, 32, 32)) assert.ok(error < 1e-5, `${error}`);
});

test("small tiles, and a batch", async () => {
  for (const error of await both(2, 192, 200, 16, 12)) assert.ok(error < 2e-6, `${error}`);
});

test("pictures that tiles do not divide", async () => {
  for (const error of await both(1, 196, 193, 37, 45)) assert.ok(error < 1e-5, `${error}`);
  for (const error of await both(3, 196, 193, 15, 13)) assert.ok(error < 2e-6, `${error}`);
});

test("few channels are filtered directly, where that is quicker", async () => {
  const emitted = (channels: number, backward: boolean) => {
    const [x, dy] = [input("x", [1, channels, 32, 32]), input("dy", [1, channels, 32, 32])];
    const data = new Uint8Array(numbers([channels, channels, 3, 3]).buffer);
    const weight = parameter("weight", [channels, channels, 3, 3], { dtype: "float32", location: { data } });
    const y = conv2d(x, weight, { padding: 1 });
    const [dx] = gradients(sum(mul(y, dy)), [x]);
    const [direct, filtered] = [false, true].map((winograd) => toOnnx(backward ? { dx: dx! } : { y }, { winograd }));
    return direct!.bytes.length === filtered!.bytes.length ? "direct" : "filtered";
  };
  assert.deepEqual([emitted(128, false), emitted(192, false)], ["direct", "filtered"]);
  assert.deepEqual([emitted(128, true), emitted(192, true)], ["direct", "filtered"]);
});
