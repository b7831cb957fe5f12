/** The gallery that comes with the program, by the weights that come with it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gallery } from "../../src/core/node-gallery.ts";
import { apply, Instruction, loadModel, readImage } from "../../src/index.ts";
import { errorRatio } from "../../src/metrics/index.ts";

test("the gallery: at least twelve instructions of the built-in model, each of which does to its own picture what it was shown", async () => {
  await using model = await loadModel("tiny", { threads: 1 });
  const all = gallery();
  assert.ok(all.length >= 12, `${all.length} instructions`);
  for (const { name, words, shows, instruction, before, after } of all) {
    assert.ok(words.length > 0 && shows.length > 0, name);
    const learned = await Instruction.parse(readFileSync(instruction), instruction);
    const [input, truth] = [await readImage(before), await readImage(after)];
    const [result] = await apply(model, learned, input);
    const ratio = errorRatio(result!, truth, input);
    assert.ok(ratio < 0.6, `${name}: ${ratio.toFixed(2)} of the error is left`);
  }
});
