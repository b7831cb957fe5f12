import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isVisiiError } from "../../src/errors.ts";
import { fromTokenizerJson } from "../../src/tokenizer/index.ts";

const vocab: unknown = JSON.parse(readFileSync("models/nano/tokenizer/vocab.json", "utf8"));
const merges = readFileSync("models/nano/tokenizer/merges.txt", "utf8").trimEnd().split("\n").slice(1);

test("vocabulary and merges come out of a tokenizer.json, in its newer form and in the older one", () => {
  const newer = fromTokenizerJson({ model: { type: "BPE", vocab, merges: merges.map((line) => line.split(" ")) } });
  assert.deepEqual(newer, { vocab, merges: merges.join("\n") });
  assert.deepEqual(fromTokenizerJson({ model: { vocab, merges } }), newer);
});

for (const json of [null, {}, { model: { type: "WordPiece", vocab, merges } }, { model: { type: "BPE", vocab } }]) {
  test(`refuses ${JSON.stringify(json).slice(0, 40)}, which has no byte-pair vocabulary`, () => {
    assert.throws(
      () => fromTokenizerJson(json),
      (error) => isVisiiError(error, "model") && /tokenizer\.json/.test(error.message),
    );
  });
}
