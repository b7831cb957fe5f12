import assert from "node:assert/strict";
import { test } from "node:test";
import { gradients, input, scalar } from "../../src/graph/index.ts";
import { contrastive, gaussianKl } from "../../src/nn/index.ts";
import { evaluate } from "../graph/run.ts";

test("contrastive: both directions' cross-entropies, as worked out by hand", async () => {
  const [a, b] = [input("a", [2, 2]), input("b", [2, 2])];
  const loss = contrastive(a, b, scalar(2));
  // Cosines after normalising: a₁ = (1, 0), a₂ = (0, 1), b₁ = (1, 0), b₂ = (0.6, 0.8) → [[1, 0.6], [0, 0.8]], times 2.
  const feeds = { a: Float32Array.of(3, 0, 0, 2), b: Float32Array.of(5, 0, 3, 4) };
  const crossEntropy = (own: number, other: number) => Math.log(1 + Math.exp(other - own));
  const rows = (crossEntropy(2, 1.2) + crossEntropy(1.6, 0)) / 2;
  const columns = (crossEntropy(2, 0) + crossEntropy(1.6, 1.2)) / 2;
  const { out } = await evaluate({ out: loss }, feeds);
  assert.ok(Math.abs(out![0]! - (rows + columns) / 2) < 1e-6, `${out![0]}`);
});

test("contrastive: alike rows cost log N, and huge scales don't overflow", async () => {
  const a = input("a", [3, 2]);
  const same = { a: Float32Array.of(1, 2, 1, 2, 1, 2) };
  const { out } = await evaluate({ out: contrastive(a, a, scalar(1000)) }, same);
  assert.ok(Math.abs(out![0]! - Math.log(3)) < 1e-4, `${out![0]}`);
});

test("contrastive: rows that mean the same are not held against each other", async () => {
  const [a, ignore] = [input("a", [3, 2]), input("ignore", [3, 3])];
  const feeds = { a: Float32Array.of(1, 0, 1, 0, 0, 1), ignore: Float32Array.of(0, 1, 0, 1, 0, 0, 0, 0, 0) };
  const { out } = await evaluate({ out: contrastive(a, a, scalar(1), ignore) }, feeds);
  // The twins see each other's place as empty: log(e + 1) − 1 each; the third sees both: log(e + 2) − 1.
  const expected = (2 * Math.log(Math.E + 1) + Math.log(Math.E + 2)) / 3 - 1;
  assert.ok(Math.abs(out![0]! - expected) < 1e-6, `${out![0]}`);
});

test("gaussianKl: nothing for the standard normal; its value and gradient elsewhere", async () => {
  const [m, logvar] = [input("mean", [2]), input("logvar", [2])];
  const loss = gaussianKl(m, logvar);
  const [dm, dv] = gradients(loss, [m, logvar]);
  const outputs = { loss, dm: dm!, dv: dv! };
  const standard = await evaluate(outputs, { mean: Float32Array.of(0, 0), logvar: Float32Array.of(0, 0) });
  assert.deepEqual([...standard.loss!, ...standard.dm!, ...standard.dv!], [0, 0, 0, 0, 0]);
  const other = await evaluate(outputs, { mean: Float32Array.of(1, -2), logvar: Float32Array.of(0, Math.log(4)) });
  // ½ · mean(1 + 1 − 1 − 0, 4 + 4 − 1 − ln 4)
  assert.ok(Math.abs(other.loss![0]! - 0.25 * (8 - Math.log(4))) < 1e-6);
  assert.ok(Math.abs(other.dm![1]! + 1) < 1e-6, "d/dμ = μ / N");
  assert.ok(Math.abs(other.dv![1]! - 0.75) < 1e-6, "d/d log σ² = (σ² − 1) / 2N");
});
