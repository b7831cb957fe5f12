import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Case, Metrics } from "../../src/eval/cases.ts";
import { METRICS } from "../../src/eval/cases.ts";
import { PAPER_TABLE1 } from "../../src/eval/paper.ts";
import { parseRow, TABLE1 } from "../../src/eval/rows.ts";
import { clusterBootstrap, deviation, median, percentile } from "../../src/eval/statistics.ts";
import { pairedDifference, summarise } from "../../src/eval/summary.ts";
import { isVisiiError } from "../../src/index.ts";

test("the bootstrap over clusters is PyTorch's, draw by draw", () => {
  const { bootstrap } = JSON.parse(readFileSync("test/goldens/metrics.json", "utf8")) as {
    bootstrap: { clusters: number[][]; resamples: number; seed: number; mean: number; low: number; high: number };
  };
  const { clusters, resamples, seed, ...wanted } = bootstrap;
  const found = clusterBootstrap(clusters, { resamples, seed })!;
  for (const key of ["mean", "low", "high"] as const) assert.ok(Math.abs(found[key] - wanted[key]) < 1e-12, key);
  assert.ok(found.low < found.mean && found.mean < found.high);
  assert.equal(clusterBootstrap([[], []]), undefined);
});

test("medians, percentiles and deviations", () => {
  assert.equal(median([3, 1, 2, 10]), 2.5);
  assert.equal(median([]), undefined);
  assert.equal(percentile([0, 10, 20], 0.75), 15);
  assert.equal(deviation([2, 4]), Math.SQRT2);
  assert.equal(deviation([7]), 0);
});

function made(row: string, edit: string, test: number, visual: number | null, more: Partial<Case> = {}): Case {
  const metrics = Object.fromEntries(
    METRICS.map((metric) => [metric, metric === "visual" ? visual : 0.5]),
  ) as unknown as Metrics;
  return { edit, row, example: 0, test, seed: 0, metrics, seconds: 1, peakMemory: 1, ...more };
}

test("differences are of the same pictures, and clustered by edit", () => {
  const edits = ["a", "b", "c", "d", "e", "f"];
  const own = edits.flatMap((edit, i) => [made("x", edit, 0, i + 0.2), made("x", edit, 1, i + 0.3)]);
  const other = edits.flatMap((edit, i) => [made("y", edit, 0, i), made("y", edit, 1, edit === "f" ? null : i)]);
  const { difference, edits: count } = pairedDifference(own, other, "visual")!;
  assert.equal(count, 6);
  assert.ok(Math.abs(difference.mean - (6 * 0.2 + 5 * 0.3) / 11) < 1e-9);
  // Between edits the values differ by whole numbers; within a picture by a tenth. Pairing leaves only the latter.
  assert.ok(difference.low > 0.19 && difference.high < 0.31);
  assert.equal(pairedDifference(own, [], "visual"), undefined);
});

test("a claim holds or fails only where its whole interval is on one side, and of one edit nothing is said", () => {
  const names = ["visii-1-clip-cap", "visii-1-mse-cap"];
  const cases = (count: number, gain: number, noise: number) =>
    Array.from({ length: count }, (_, i) => [
      made(names[0]!, `e${i}`, 0, 0.5 + gain + (i % 2 ? noise : -noise)),
      made(names[1]!, `e${i}`, 0, 0.5),
    ]).flat();
  const verdict = (all: Case[]) =>
    summarise(all, names.map(parseRow)).findings.find(({ metric }) => metric === "visual")!.verdict;
  assert.equal(verdict(cases(8, 0.1, 0.02)), "holds");
  assert.equal(verdict(cases(8, -0.1, 0.02)), "fails");
  assert.equal(verdict(cases(8, 0.01, 0.2)), "undecided");
  assert.equal(verdict(cases(2, 0.1, 0)), "undecided");
  const { findings } = summarise(cases(8, 0.1, 0.02), names.map(parseRow));
  assert.deepEqual(
    findings.map(({ metric, paper }) => [metric, paper]),
    [
      ["visual", 0.045],
      ["directional", 0.011],
    ],
    "beside each stands what the paper's table says",
  );
});

test("only the first example and the first noise are in tables; the others tell the spread", () => {
  const row = "visii-1-clip-cap";
  const cases = [0.2, 0.4].flatMap((visual, seed) => [
    made(row, "a", 0, visual, { seed }),
    made(row, "b", 0, visual + 1, { seed }),
  ]);
  const { rows, noise, examples } = summarise(cases, [parseRow(row)]);
  assert.ok(Math.abs(rows[0]!.metrics.visual!.mean - 0.7) < 1e-12);
  assert.equal(rows[0]!.cases, 2);
  assert.ok(Math.abs(noise[0]!.metrics.visual!.deviation - deviation([0.2, 0.4])) < 1e-12);
  assert.deepEqual(
    noise[0]!.values.visual!.map((values) => values.length),
    [2, 2],
  );
  assert.deepEqual(examples, []);
});

test("the paper's rows are all known, and beside each stand its numbers", () => {
  for (const name of TABLE1) assert.ok(PAPER_TABLE1[parseRow(name).name], name);
  assert.equal(Object.keys(PAPER_TABLE1).length, TABLE1.length);
  for (const wrong of ["visii-0-mse-gt", "visii-1-mse", "toString", "hybrid-all"]) {
    assert.throws(
      () => parseRow(wrong),
      (error) => isVisiiError(error, "usage") && error.message.includes(`"${wrong}"`),
    );
  }
});
