import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { barsOf, leavesOpen, medianInterval } from "../../bench/edits/bars.ts";
import { byTurns, chooseTrained, taskOf, wrongTask } from "../../bench/edits/choose.ts";
import { fill, type Plan } from "../../bench/edits/run.ts";
import { chosenToShow } from "../../bench/edits/sheet.ts";
import { type Case, Store } from "../../bench/edits/store.ts";
import { formatClasses, formatTable, rowsOf } from "../../bench/edits/table.ts";
import { applyColours, fitColours } from "../../src/baselines/index.ts";
import { median } from "../../src/eval/statistics.ts";
import type { Image } from "../../src/image/pixels.ts";
import { loadModel } from "../../src/index.ts";
import { errorRatio, meanSquaredError } from "../../src/metrics/index.ts";
import { concepts, heldOutEdits, trainedEdits } from "../../training/data/index.ts";
import { photosOf } from "../../training/data/pairs.ts";
import { Random } from "../../training/data/random.ts";

const picture = (value: (i: number) => number): Image => ({
  width: 6,
  height: 5,
  data: Uint8Array.from({ length: 90 }, (_, i) => value(i)),
});
const noisy = (seed: number) => {
  const random = new Random("picture", seed);
  return picture(() => random.int(40, 200));
};

test("the ratio is 0 for the truth, 1 for the input, and the share of the squared error that is left", () => {
  const input = picture(() => 100);
  const truth = picture(() => 200);
  assert.equal(errorRatio(truth, truth, input), 0);
  assert.equal(errorRatio(input, truth, input), 1);
  assert.equal(
    errorRatio(
      picture(() => 150),
      truth,
      input,
    ),
    0.25,
  );
  assert.equal(
    meanSquaredError(
      picture(() => 0),
      picture(() => 255),
    ),
    1,
  );
  assert.throws(() => meanSquaredError(input, { ...input, width: 5 }), /6×5 against 5×5/);
});

test("the median is the middle value, whatever the order", () => {
  assert.equal(median([9, 1, 100]), 9);
  assert.equal(median([4, 1, 2, 100]), 3);
  assert.equal(median([]), undefined);
});

test("an affine change of colours is found from one pair and holds for another picture", () => {
  const mix = [0.2, 0.5, 0.1, 20, 0.3, 0.3, 0.3, 5, -0.2, 0.1, 0.6, 60];
  const [before, other] = [noisy(1), noisy(2)];
  const found = fitColours(before, applyColours(mix, before));
  const wanted = applyColours(mix, other);
  const most = Math.max(...applyColours(found, other).data.map((value, i) => Math.abs(value - wanted.data[i]!)));
  assert.ok(most <= 1, `${most} of 255`); // both are rounded
});

test("a pair of one colour has many explanations: the smallest change is taken, and values are clipped", () => {
  const found = fitColours(
    picture(() => 100),
    picture(() => 160),
  );
  const [dark, light] = [
    applyColours(
      found,
      picture(() => 100),
    ),
    applyColours(
      found,
      picture(() => 250),
    ),
  ];
  assert.deepEqual([...new Set(dark.data)], [160]);
  assert.deepEqual([...new Set(light.data)], [255]);
  assert.ok(found.every(Number.isFinite));
});

test("edits take turns by family, and fewer edits are the first of more", () => {
  const all = byTurns(trainedEdits, 1);
  const families = new Set(trainedEdits.map(({ family }) => family)).size;
  assert.equal(new Set(all.map(({ name }) => name)).size, trainedEdits.length);
  assert.equal(new Set(all.slice(0, families).map(({ family }) => family)).size, families);
  assert.notDeepEqual(byTurns(trainedEdits, 2), all);
});

test("what is judged: measurable edits, pictures of things that training never saw", async () => {
  const seen = new Set([...concepts("train").map(({ name }) => name), ...photosOf("train").map(({ file }) => file)]);
  const tasks = await chooseTrained(trainedEdits, 3, { tests: 1, seed: 1 });
  const heldOut = await taskOf(heldOutEdits[0]!, true, { tests: 2, seed: 1 });
  for (const { pairs, tests } of [...tasks, heldOut]) {
    const shown = [...pairs, ...tests];
    assert.ok(shown.every(({ concept }) => !seen.has(concept)));
    assert.equal(new Set(shown.map(({ concept }) => concept)).size, shown.length);
  }
  assert.equal(new Set(tasks.map(({ family }) => family)).size, 3);
  const first = await taskOf(heldOutEdits[0]!, true, { tests: 1, seed: 1 });
  assert.deepEqual(heldOut.tests[0], first.tests[0]);
});

test("the wrong instruction is another edit's, of another family where there is one", () => {
  const tasks = ["frame 1", "frame 2", "light 1"].map((edit) => ({ edit, family: edit.split(" ")[0]! }));
  for (let seed = 0; seed < 20; seed++) {
    assert.equal(wrongTask(tasks[0]!, tasks, seed)?.edit, "light 1");
    assert.equal(wrongTask(tasks[0]!, tasks.slice(0, 2), seed)?.edit, "frame 2");
  }
  assert.equal(wrongTask(tasks[0]!, tasks.slice(0, 1), 0), undefined);
});

const made = (
  edit: string,
  heldOut: boolean,
  method: Case["method"],
  ratio: number,
  pair: number | null = null,
): Case => ({
  ...{ edit, family: "f", heldOut, method, pair, test: 0, concept: "c", asked: "a" },
  ...{ error: ratio / 10, unedited: 0.1, ratio },
});

test("rows are medians over pairs and pictures; bars are medians over edits, and can be missed", () => {
  const good = [
    ...[0.1, 0.2, 0.9].map((ratio, pair) => made("sepia", false, "one pair", ratio, pair)),
    made("sepia", false, "text", 0.12),
    made("sepia", false, "four pairs", 0.1),
    made("sepia", false, "floor", 0.01),
    made("emboss", true, "one pair", 0.19, 0),
    made("emboss", true, "four pairs", 0.08),
    made("emboss", true, "text", 0.6),
    made("emboss", true, "colours", 0.7),
    made("emboss", true, "wrong", 1.1),
  ];
  const rows = rowsOf(good);
  assert.deepEqual(
    rows.map(({ ratios }) => ratios["one pair"]),
    [0.2, 0.19],
  );
  const open = new Set(["emboss"]);
  assert.deepEqual(
    barsOf(good, open).filter(({ met }) => !met),
    [],
  );
  assert.match(formatTable(rows), /sepia .* 0\.120 .* 0\.200/);
  assert.match(formatClasses(rows), /f, never trained on .* 1 .* 0\.600/);
  const bad = good.map((each) => ({
    ...each,
    error: each.error * 10,
    ratio: each.method === "wrong" ? 0.7 : each.method === "four pairs" ? 2 : each.ratio + 0.6,
  }));
  // One pair still beats the words and the colour transform.
  assert.equal(barsOf(bad, open).filter(({ met }) => met).length, 2);
  assert.ok(barsOf([], open).every(({ met }) => !met));
});

test("edits to show lie in equal distances from the best to the worst; the worst begin with the worst", () => {
  const cases = [0.5, 0.1, 0.4, 0.2, 0.3, 0.6].map((ratio) => made(`edit ${ratio}`, false, "one pair", ratio, 0));
  const { across, worst } = chosenToShow(rowsOf(cases), 3, 2);
  assert.deepEqual(across, ["edit 0.2", "edit 0.4", "edit 0.6"]);
  assert.deepEqual(worst, ["edit 0.6", "edit 0.5"]);
  assert.deepEqual(chosenToShow(rowsOf(cases.slice(0, 1)), 3, 2), { across: ["edit 0.5"], worst: ["edit 0.5"] });
});

test("an interval over edits holds the median, narrows with their number, and is one value for equal ones", () => {
  const values = (count: number) => Array.from({ length: count }, (_, i) => (i * 37) % 100);
  const [few, many] = [medianInterval(values(10)), medianInterval(values(100))];
  for (const { low, value, high } of [few, many]) assert.ok(low <= value && value <= high);
  assert.ok(many.high - many.low < few.high - few.low);
  assert.deepEqual(medianInterval([3, 3, 3]), { value: 3, low: 3, high: 3 });
});

test("words that name every parameter leave nothing open; a duotone's do", () => {
  const named = (name: string) => trainedEdits.find((edit) => edit.name === name)!;
  assert.ok(leavesOpen(named("duotone")) || leavesOpen(named("curves")));
  const fixed = { ...named("sepia"), sample: () => ({}), phrases: () => ["make it sepia"] };
  assert.ok(!leavesOpen(fixed));
});

test("the whole table on nano; what is done is not done again, not even after a line that was cut off", async () => {
  const folder = mkdtempSync(join(tmpdir(), "edits-"));
  try {
    await using model = await loadModel("nano", { threads: 1 });
    const chosen = ["night", "frame"].map((name) => trainedEdits.find((edit) => edit.name === name)!);
    const tasks = await Promise.all(chosen.map((edit) => taskOf(edit, false, { tests: 1, seed: 1 })));
    const quick = { learn: { steps: 1, validation: 1 }, apply: { steps: 1 } };
    const plan: Plan = { tasks, seed: 1, singles: 2, four: true, ...quick };
    const results = async () => {
      const store = await Store.open(folder, { seed: 1 });
      const before = store.cases.length;
      for await (const _ of fill(model, plan, store));
      return { before, cases: store.cases };
    };
    const first = await results();
    // Of each edit: floor, text, two pairs by two methods, four pairs, wrong.
    assert.equal(first.cases.length, 2 * 8);
    assert.ok(first.cases.every(({ ratio }) => Number.isFinite(ratio) && ratio > 0));
    const colours = first.cases.find(({ edit, method }) => edit === "night" && method === "colours")!;
    assert.ok(colours.ratio < 0.05, `night is a change of colours: ${colours.ratio}`);
    appendFileSync(join(folder, "cases.jsonl"), '{"edit":"nig');
    const second = await results();
    assert.equal(second.before, first.cases.length);
    assert.deepEqual(second.cases, first.cases);
    const lines = readFileSync(join(folder, "cases.jsonl"), "utf8").trimEnd().split("\n");
    assert.equal(lines.length, first.cases.length);
    await assert.rejects(Store.open(folder, { seed: 2 }), /other settings/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
