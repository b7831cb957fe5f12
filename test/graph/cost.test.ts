import assert from "node:assert/strict";
import { test } from "node:test";
import {
  attention,
  constant,
  conv2d,
  costOf,
  gradients,
  input,
  matmul,
  mul,
  reshape,
  sum,
} from "../../src/graph/index.ts";
import { learnStepJob } from "../../src/jobs/index.ts";
import { parseUNetConfig, unet } from "../../src/models/index.ts";
import { inputScope } from "../../src/weights/index.ts";

test("products are counted twice per multiply-accumulate, and their gradients too", () => {
  const [x, w] = [input("x", [2, 3, 8, 8]), input("w", [5, 3, 3, 3])];
  const y = conv2d(x, w, { padding: 1, stride: 2 });
  const forward = 2 * (2 * 5 * 4 * 4) * 27;
  assert.equal(costOf({ y }).flops, forward);
  assert.equal(costOf({ dx: gradients(sum(y), [x])[0]! }).flops, forward);
  assert.equal(costOf({ dw: gradients(sum(y), [w])[0]! }).flops, forward);
  assert.equal(costOf({ z: matmul(input("a", [4, 6, 7]), input("b", [7, 3])) }).flops, 2 * 4 * 6 * 3 * 7);
  const [q, k] = [input("q", [2, 10, 16]), input("k", [2, 9, 16])];
  assert.equal(costOf({ a: attention(q, k, k, { heads: 4 }) }).flops, 2 * 2 * (2 * 10 * 9 * 16));
});

test("the peak is what must exist together", () => {
  const x = input("x", [100]);
  const chain = mul(mul(mul(x, 2), 3), 4);
  assert.equal(costOf({ chain }).peakBytes, 800); // one value and the next
  const kept = mul(x, 2);
  assert.equal(costOf({ y: mul(mul(mul(kept, 3), 4), kept) }).peakBytes, 1200); // and the one that comes back
  assert.equal(costOf({ y: reshape(mul(x, 2), [10, 10]) }).peakBytes, 400);
  assert.equal(costOf({ y: mul(constant(new Float32Array(9), [9]), 2) }).parameterBytes, 0);
});

test("the full-size UNet: 180 GFLOP forward at 256², 803 at 512²", () => {
  const forward = (side: number) => {
    const config = parseUNetConfig({ in_channels: 8, cross_attention_dim: 768 });
    const sample = input("sample", [1, 8, side, side]);
    return costOf({ out: unet(inputScope().scope, config, sample, input("t", [1]), input("c", [1, 77, 768])) });
  };
  assert.equal(Math.round(forward(32).flops / 1e9), 180);
  assert.equal(Math.round(forward(64).flops / 1e9), 803);
});

test("a step of the guided loss is three forward passes and one backward; without the constant branches, one and one", () => {
  const config = parseUNetConfig({ in_channels: 8, cross_attention_dim: 768 });
  const step = (guided: boolean) => {
    const part = { config, scope: inputScope().scope };
    return (
      costOf(learnStepJob(part, undefined, { size: { height: 32, width: 32 }, tokens: 77, batch: 1, guided })).flops /
      1e9
    );
  };
  const [plain, guided] = [step(false), step(true)];
  assert.ok(Math.abs(guided - plain - 2 * 180) < 2, `${plain}, ${guided}`);
  assert.ok(plain > 180 + 150 && plain < 180 + 210, `${plain}`);
});
