import assert from "node:assert/strict";
import { test } from "node:test";
import { across, direction, retrieved, within } from "../../bench/clip/measure.ts";
import { draw } from "../../bench/look/cases.ts";
import { isRight, scoreOf, type Verdict } from "../../bench/look/score.ts";

test("a look is decided by its seed: as many cases and decoys as asked for, half of them never trained on, shuffled", async () => {
  const items = await draw(4, 2, 5);
  assert.deepEqual(await draw(4, 2, 5), items);
  assert.deepEqual(
    items.map(({ id }) => id),
    ["01", "02", "03", "04", "05", "06"],
  );
  assert.equal(items.filter(({ kind }) => kind === "case").length, 4);
  assert.deepEqual(new Set(items.map(({ kind }) => kind)), new Set(["case", "copy", "wrong edit"]));
  assert.equal(items.filter(({ task }) => task.heldOut).length, 3);
  for (const { kind, task, taught } of items) {
    assert.equal(taught.edit === task.edit, kind !== "wrong edit");
    if (kind === "wrong edit") assert.notEqual(taught.family, task.family);
    assert.equal(task.tests.length, 1);
  }
});

const good: Verdict = { edit: true, subject: true, artefacts: "slight" };

test("right is the edit on a subject that is kept and not badly damaged", () => {
  assert.ok(isRight(good));
  assert.ok(!isRight({ ...good, edit: false }));
  assert.ok(!isRight({ ...good, subject: false }));
  assert.ok(!isRight({ ...good, artefacts: "severe" }));
});

test("the score counts cases and decoys apart, and wants a verdict on every sheet", () => {
  const key = {
    "01": { kind: "case" },
    "02": { kind: "copy" },
    "03": { kind: "wrong edit" },
    "04": { kind: "case" },
  } as const;
  const bad = { ...good, edit: false };
  const verdicts = { "01": good, "02": good, "03": bad, "04": good };
  assert.deepEqual(scoreOf(key, verdicts), { right: 2, cases: 2, accepted: 1, decoys: 2, met: true });
  assert.ok(!scoreOf(key, { ...verdicts, "03": good }).met, "two decoys accepted");
  assert.ok(!scoreOf(key, { ...verdicts, "01": bad }).met, "half of the cases wrong");
  const { "04": _, ...fewer } = verdicts;
  assert.throws(() => scoreOf(key, fewer), /no verdict on 04/);
  assert.throws(() => scoreOf(key, { ...verdicts, "05": good }), /no sheet is called 05/);
});

test("retrieval and directions, of embeddings whose answers are known", () => {
  const [x, y, z] = [Float32Array.of(1, 0, 0), Float32Array.of(0, 1, 0), Float32Array.of(0, 0, 1)];
  assert.deepEqual(retrieved([x, y, z], [x, y, z]), [1, 1, 1]);
  assert.deepEqual(retrieved([x, y, z], [x, z, y]), [1, 0, 0]);
  assert.deepEqual(retrieved([x, x], [x, x]), [0, 0], "a tie is no answer");
  assert.deepEqual([...direction(x, Float32Array.of(1, 5, 0))], [0, 1, 0]);
  assert.deepEqual([...direction(x, x)], [0, 0, 0]);
  assert.deepEqual(within([x, x, y]), [1, 0, 0]);
  assert.deepEqual(across([[x, x], [y], [x]]), [0.5, 0, 2 / 3]);
});
