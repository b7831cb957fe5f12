import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as g from "../../src/graph/index.ts";
import { type Arrays, compile, dot, numbers } from "./run.ts";

/** Smooth steps from values of shape [3,4] to another such value. */
const steps: readonly ((a: g.Tensor, b: g.Tensor) => g.Tensor)[] = [
  (a, b) => g.add(a, b),
  (a, b) => g.sub(a, g.mul(b, 0.5)),
  (a, b) => g.mul(a, b),
  (a, b) => g.div(a, g.add(g.square(b), 1)),
  (a) => g.tanh(a),
  (a) => g.silu(a),
  (a) => g.gelu(a),
  (a) => g.sin(a),
  (a) => g.softmax(a),
  (a, b) => g.softmax(g.mul(a, b), 0),
  (a, b) => g.mul(a, g.sum(b, [0], true)),
  (a, b) => g.add(a, g.mean(b, [1], true)),
  (a, b) => g.matmul(g.softmax(g.matmul(a, g.transpose(b, [1, 0]))), b),
  (a, b) => g.slice(g.concat([a, b], 0), 0, 1, 4),
  (a, b) => g.reshape(g.transpose(g.concat([g.slice(a, 1, 0, 2), g.slice(b, 1, 1, 3)], 1), [1, 0]), [3, 4]),
  (a) => g.slice(g.slice(g.pad(a, [1, 0], [0, 2]), 1, 1, 5), 0, 1, 4),
  (a) => g.layerNorm(a, g.constant([1, 2, 1, -1], [4]), g.constant([0, 1, 0, 0], [4]), 1e-2),
];

const shape = [3, 4] as const;
const step = fc.record({ op: fc.nat(steps.length - 1), a: fc.nat(100), b: fc.nat(100) });

test("random small graphs differentiate correctly", async () => {
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 2, maxLength: 8 }),
    fc.nat(1000),
    async (program, seed) => {
      const inputs = [g.input("x", shape), g.input("y", shape)];
      const values = [...inputs];
      for (const { op, a, b } of program)
        values.push(steps[op]!(values[a % values.length]!, values[b % values.length]!));
      const out = values.slice(2).reduce((total, value) => g.add(total, value));
      const weights = numbers(shape, seed + 9);
      const [dx, dy] = g.gradients(g.sum(g.mul(out, g.constant(weights, shape))), inputs);
      const outputs = { out, dx: dx!, dy: dy! };
      g.check(outputs);
      const run = await compile(outputs);
      const feeds = (by: number): Arrays => ({
        x: numbers(shape, seed).map((value, i) => value + by * numbers(shape, seed + 3)[i]!),
        y: numbers(shape, seed + 1).map((value, i) => value + by * numbers(shape, seed + 4)[i]!),
      });
      const at = async (by: number) => dot((await run(feeds(by))).out!, weights);
      const h = 1e-3;
      const [near, far] = [
        ((await at(h)) - (await at(-h))) / (2 * h),
        ((await at(2 * h)) - (await at(-2 * h))) / (4 * h),
      ];
      const expected = (4 * near - far) / 3; // Richardson: the error of h² cancels
      const { out: outs, dx: dxs, dy: dys } = await run(feeds(0));
      const actual = dot(dxs!, numbers(shape, seed + 3)) + dot(dys!, numbers(shape, seed + 4));
      const size = Math.max(1, Math.abs(expected), ...outs!.map(Math.abs));
      assert.ok(
        Math.abs(actual - expected) < 1e-2 * size,
        `${actual} by the rules, ${expected} by differences\n${g.print({ out })}`,
      );
    },
  );
  await fc.assert(property, { numRuns: 60, seed: 2023 });
});
