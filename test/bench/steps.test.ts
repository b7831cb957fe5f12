import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { curve } from "../../bench/steps/curve.ts";
import { addResult, differences, type Result, readResults, summarize } from "../../bench/steps/results.ts";
import type { Variant } from "../../bench/steps/variants.ts";

const variants: Variant[] = [
  { name: "paper", settings: {} },
  { name: "few", settings: {} },
  { name: "fewer", settings: {}, against: "few" },
  { name: "never measured", settings: {} },
];
const result = (variant: string, edit: string, ratios: number[], passes = 100): Result => ({
  variant,
  edit,
  ratios,
  passes,
  seconds: 1,
});
const results = [
  result("paper", "a", [0.5, 0.25], 2160),
  result("few", "a", [0.25, 0.5]),
  result("fewer", "a", [1, 1], 50),
  result("paper", "b", [9, 9], 2160),
  result("few", "b", [8, 7]),
];

test("variants are summed up on the edits that all of them have, beside the one that each is compared with", () => {
  const [paper, few, fewer, ...others] = summarize(variants, results);
  assert.deepEqual([paper!.edits, few!.edits, others.length], [1, 1, 0]);
  assert.equal(paper!.difference, null);
  assert.deepEqual([paper!.ratio.mean, few!.ratio.mean, few!.median], [0.375, 0.375, 0.375]);
  assert.equal(few!.difference!.mean, 0);
  assert.equal(fewer!.difference!.mean, 0.625, "of its own counterpart, not of the first");
  assert.deepEqual(summarize(variants, []), []);
});

test("two variants are compared on every edit that both have, picture by picture", () => {
  assert.deepEqual(
    [...differences(results, "few", "paper")],
    [
      ["a", [-0.25, 0.25]],
      ["b", [-1, -2]],
    ],
  );
});

test("a line that a kill cut off is left out, and measured again", () => {
  const file = join(mkdtempSync(join(tmpdir(), "visii-steps-")), "results.jsonl");
  assert.deepEqual(readResults(file), []);
  writeFileSync(file, `${JSON.stringify(results[0])}\n{"variant":"few","ed`);
  assert.deepEqual(readResults(file), [results[0]]);
  addResult(file, results[1]!);
  addResult(file, results[2]!);
  assert.deepEqual(readResults(file), results.slice(0, 3));
});

test("the curve has a point for each, fewest passes first, and none off the picture", () => {
  const picture = curve(summarize(variants, results));
  const places = [...picture.matchAll(/<circle class="mean" cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);
  assert.equal(places.length, 3);
  assert.deepEqual(
    places.map(([x]) => x),
    places.map(([x]) => x).toSorted((a, b) => a! - b!),
  );
  for (const [x, y] of places) assert.ok(x! >= 0 && x! <= 760 && y! >= 0 && y! <= 360, `${x}, ${y}`);
});
