import assert from "node:assert/strict";
import { test } from "node:test";
import { type Drawn, draw, PAIRS } from "../../bench/testset/draw.ts";
import { concepts } from "../../training/data/index.ts";

async function drawn(count: number, composed: number, seed: number): Promise<Drawn[]> {
  const all: Drawn[] = [];
  for await (const each of draw(count, composed, seed)) all.push(each);
  return all;
}

test("the test set: by seed, of concepts that are not trained on, edits without training texts first, some composed", async () => {
  const [first, again, other] = [await drawn(6, 2, 1), await drawn(6, 2, 1), await drawn(6, 2, 2)];
  assert.deepEqual(again, first);
  assert.notDeepEqual(other, first);
  const trained = new Set(concepts("train").map(({ name }) => name));
  for (const { heldOut, pairs } of first) {
    assert.ok(heldOut);
    assert.equal(pairs.length, PAIRS);
    assert.equal(new Set(pairs.map(({ before }) => before.concept)).size, PAIRS);
    assert.ok(pairs.every(({ before }) => !trained.has(before.concept)));
  }
  const composed = first.filter(({ addition }) => addition);
  assert.equal(composed.length, 2);
  for (const { pairs } of composed) {
    for (const { after, both } of pairs) {
      assert.notDeepEqual(both!.pixels, after.pixels);
      assert.notEqual(both!.caption, after.caption);
    }
  }
});
