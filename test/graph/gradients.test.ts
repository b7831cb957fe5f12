import assert from "node:assert/strict";
import { test } from "node:test";
import * as g from "../../src/graph/index.ts";
import { type Arrays, compile, dot, numbers } from "./run.ts";

type Function = (...xs: g.Tensor[]) => g.Tensor;
interface Case {
  readonly shapes: readonly g.Shape[];
  readonly f: Function;
  /** Makes the numbers legal for the op, or keeps them away from a kink. */
  readonly domain?: (x: number) => number;
  readonly ids?: BigInt64Array;
}

const positive = (x: number) => Math.abs(x) + 0.3;
const awayFromZero = (x: number) => (x < 0 ? x - 0.2 : x + 0.2);
const vector: readonly g.Shape[] = [[2, 5]];
const unary = (f: Function, domain?: Case["domain"]): Case => ({ shapes: vector, f, ...(domain && { domain }) });
const binary = (f: Function, domain?: Case["domain"]): Case => ({
  shapes: [
    [2, 3, 4],
    [3, 1],
  ],
  f,
  ...(domain && { domain }),
});
const conv = (x: g.Shape, w: g.Shape, options: { stride?: number; padding?: g.Padding }): Case => ({
  shapes: [x, w, [w[0]!]],
  f: (x, w, b) => g.conv2d(x!, w!, { ...options, bias: b }),
});
const attention = (tq: number, tk: number, form: g.AttentionForm, mask: boolean): Case => ({
  shapes: [[2, tq, 8], [2, tk, 8], [2, tk, 8], ...(mask ? [[1, 2, tq, tk]] : [])],
  f: (q, k, v, m) => g.attention(q!, k!, v!, { heads: 2, form, mask: m }),
});

const cases: Record<string, Case> = {
  add: binary(g.add as Function),
  sub: binary(g.sub as Function),
  mul: binary(g.mul as Function),
  div: binary(g.div as Function, positive),
  maximum: binary(g.maximum as Function),
  minimum: binary(g.minimum as Function),
  neg: unary(g.neg as Function),
  exp: unary(g.exp as Function),
  log: unary(g.log as Function, positive),
  sqrt: unary(g.sqrt as Function, positive),
  square: unary(g.square as Function),
  abs: unary(g.abs as Function, awayFromZero),
  sin: unary(g.sin as Function),
  cos: unary(g.cos as Function),
  tanh: unary(g.tanh as Function),
  erf: unary(g.erf as Function),
  sigmoid: unary(g.sigmoid as Function),
  relu: unary(g.relu as Function, awayFromZero),
  silu: unary(g.silu as Function),
  quickGelu: unary(g.quickGelu as Function),
  gelu: unary(g.gelu as Function),
  geluTanh: unary(g.geluTanh as Function),
  pow: unary((x) => g.pow(x!, 3)),
  clamp: unary((x) => g.clamp(x!, -0.5, 0.5)),
  where: {
    shapes: [
      [2, 3],
      [2, 3],
    ],
    f: (a, b) => g.where(g.greater(a!, 0), g.square(a!), b!),
    domain: awayFromZero,
  },
  "sum over all": unary((x) => g.sum(x!)),
  "sum over an axis": { shapes: [[2, 3, 4]], f: (x) => g.sum(x!, [1], true) },
  mean: { shapes: [[2, 3, 4]], f: (x) => g.mean(x!, [0, -1]) },
  max: { shapes: [[2, 3, 4]], f: (x) => g.max(x!, [2]) },
  softmax: { shapes: [[2, 3, 4]], f: (x) => g.softmax(x!, 1) },
  reshape: unary((x) => g.reshape(x!, [5, -1])),
  transpose: { shapes: [[2, 3, 4]], f: (x) => g.transpose(x!, [2, 0, 1]) },
  concat: {
    shapes: [
      [2, 3],
      [2, 1],
      [2, 2],
    ],
    f: (...xs) => g.concat(xs, 1),
  },
  slice: { shapes: [[2, 5, 3]], f: (x) => g.slice(x!, 1, -4, 4) },
  "slice with a step": { shapes: [[2, 7, 3]], f: (x) => g.slice(x!, 1, 1, 7, 3) },
  split: { shapes: [[2, 5]], f: (x) => g.mul(...(g.split(g.concat([x!, x!], 1), [5, 5], 1) as [g.Tensor, g.Tensor])) },
  pad: unary((x) => g.pad(x!, [1, 0], [0, 2])),
  "split in three": {
    shapes: [[2, 9]],
    f: (x) => {
      const [a, b, c] = g.split(g.mul(x!, 2), [2, 3, 4], 1) as [g.Tensor, g.Tensor, g.Tensor];
      return g.concat([g.mul(b, g.sum(c, [1], true)), g.square(a)], 1);
    },
  },
  broadcastTo: { shapes: [[3, 1]], f: (x) => g.broadcastTo(x!, [2, 3, 4]) },
  upsampleNearest: { shapes: [[2, 3, 2, 3]], f: (x) => g.upsampleNearest(x!, 2) },
  gather: { shapes: [[4, 3]], f: (x) => g.gather(x!, g.constant(BigInt64Array.of(1n, 3n, 1n), [3])) },
  "matmul of matrices": {
    shapes: [
      [3, 4],
      [4, 2],
    ],
    f: g.matmul as Function,
  },
  "matmul with one matrix for a batch": {
    shapes: [
      [2, 3, 4],
      [4, 2],
    ],
    f: g.matmul as Function,
  },
  "matmul with a weight as it is stored": {
    shapes: [
      [2, 3, 4],
      [5, 4],
    ],
    f: g.matmulTransposed as Function,
  },
  "matmul with broadcasting": {
    shapes: [
      [2, 1, 3, 4],
      [3, 4, 2],
    ],
    f: g.matmul as Function,
  },
  "conv2d 3×3": conv([2, 3, 5, 6], [4, 3, 3, 3], { padding: 1 }),
  "conv2d 1×1": conv([2, 3, 4, 4], [2, 3, 1, 1], {}),
  "conv2d with stride": conv([1, 3, 6, 7], [4, 3, 3, 3], { stride: 2, padding: 1 }),
  "conv2d padded at two sides": conv([2, 2, 6, 6], [3, 2, 3, 3], { stride: 2, padding: [0, 0, 1, 1] }),
  "conv2d as patches": conv([2, 3, 8, 8], [5, 3, 4, 4], { stride: 4 }),
  groupNorm: { shapes: [[2, 6, 3, 2], [6], [6]], f: (x, w, b) => g.groupNorm(x!, w!, b!, 3, 1e-5) },
  layerNorm: { shapes: [[2, 3, 8], [8], [8]], f: (x, w, b) => g.layerNorm(x!, w!, b!, 1e-5) },
  "attention, fused": attention(5, 3, "fused", false),
  "attention, fused, masked": attention(4, 4, "fused", true),
  "attention, materialised": attention(5, 3, "materialized", true),
  "attention in blocks": attention(1100, 5, "fused", true),
  "attention a head at a time": attention(600, 1100, "fused", true),
  "attention in blocks, forward too": attention(1100, 5, "blockwise", true),
  "attention by its probabilities": {
    shapes: [
      [2, 5, 8],
      [2, 3, 8],
      [2, 3, 8],
    ],
    f: (q, k, v) => g.attend(g.attentionProbabilities(q!, k!, { heads: 2 }), v!),
  },
};

/** Central differences along random directions, in double precision outside of the graph; the graph itself computes in float32. */
for (const [name, { shapes, f, domain }] of Object.entries(cases)) {
  test(`gradient of ${name}`, async () => {
    const inputs = shapes.map((shape, i) => g.input(`x${i}`, shape));
    const y = f(...inputs);
    const weights = numbers(y.shape, 77);
    const loss = g.sum(g.mul(y, g.constant(weights, y.shape)));
    const outputs = { y, ...Object.fromEntries(g.gradients(loss, inputs).map((dx, i) => [`d${i}`, dx])) };
    g.check(outputs);
    const run = await compile(outputs);
    const x: Arrays = Object.fromEntries(
      shapes.map((shape, i) => [`x${i}`, numbers(shape, i + 1).map(domain ?? ((n) => n))]),
    );
    const results = await run(x);
    const h = 2e-3;
    for (const [i, shape] of shapes.entries()) {
      const direction = numbers(shape, 100 + i);
      const moved = async (by: number) => {
        const there = (x[`x${i}`] as Float32Array).map((value, j) => value + by * direction[j]!);
        return dot((await run({ ...x, [`x${i}`]: there })).y!, weights);
      };
      const expected = ((await moved(h)) - (await moved(-h))) / (2 * h);
      const actual = dot(results[`d${i}`]!, direction);
      const tolerance = 4e-3 * Math.max(1, Math.abs(expected), Math.sqrt(dot(weights, weights)) / 4);
      assert.ok(
        Math.abs(actual - expected) < tolerance,
        `input ${i}: ${actual} by the rule, ${expected} by differences`,
      );
    }
  });
}

test("a target that the loss does not depend on has a gradient of zeros", async () => {
  const [a, b] = [g.input("a", [2]), g.input("b", [3])];
  const [, db] = g.gradients(g.sum(a), [a, b]);
  const run = await compile({ db: db! });
  assert.deepEqual([...(await run({})).db!], [0, 0, 0]);
});

test("values on the way may be targets, and a value used twice gets both parts", async () => {
  const a = g.input("a", [2]);
  const b = g.mul(a, 3);
  const [db, da] = g.gradients(g.sum(g.add(g.square(b), b)), [b, a]);
  const run = await compile({ db: db!, da: da! });
  const { db: dbs, da: das } = await run({ a: Float32Array.of(1, -2) });
  assert.deepEqual([...dbs!], [7, -11]);
  assert.deepEqual([...das!], [21, -33]);
});

test("gradients have gradients", async () => {
  const x = g.input("x", [3]);
  const [first] = g.gradients(g.sum(g.pow(x, 3)), [x]);
  const [second] = g.gradients(g.sum(first!), [x]);
  const { y } = await (await compile({ y: second! }))({ x: Float32Array.of(1, 2, -3) });
  assert.deepEqual([...y!], [6, 12, -18]);
});
