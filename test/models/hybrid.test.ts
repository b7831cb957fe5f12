import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { hybridPrompts, joinPrompts, type PromptEmbeds, type Splice } from "../../src/core/prompt.ts";

interface Case {
  readonly layout: Exclude<Splice, "turns">;
  readonly tokens: number;
  readonly learnedEnd: number;
  readonly wordsEnd: number;
  /** Where each row comes from; null where both together don't fit. */
  readonly rows: readonly ["learned" | "words", number][] | null;
}

const cases: Case[] = JSON.parse(readFileSync("test/goldens/models/hybrid.json", "utf8"));

/** Rows of one number, which tells where they come from. */
function prompt(tokens: number, end: number, offset: number): PromptEmbeds {
  return {
    data: Float32Array.from({ length: tokens }, (_, i) => offset + i),
    tokens,
    width: 1,
    span: { start: 1, end },
  };
}

for (const { layout, tokens, learnedEnd, wordsEnd, rows } of cases) {
  const title = `${layout}: ${learnedEnd - 1} learned rows and ${wordsEnd - 1} words in ${tokens}`;
  test(`${title} ${rows ? "join" : "do not fit"}`, () => {
    const join = () => joinPrompts(prompt(tokens, learnedEnd, 0), prompt(tokens, wordsEnd, 1000), layout);
    if (!rows) return assert.throws(join, { code: "usage" });
    const wanted = rows.map(([from, row]) => (from === "words" ? 1000 + row : row));
    assert.deepEqual([...join().data], wanted);
  });
}

test("in turn, both stay what they are, however long; at once, they are joined", () => {
  const [learned, words] = [prompt(8, 7, 0), prompt(8, 7, 1000)];
  assert.deepEqual(hybridPrompts(learned, words, "turns"), [learned, words]);
  const short = prompt(8, 2, 1000);
  assert.deepEqual(hybridPrompts(prompt(8, 3, 0), short, "direct"), [joinPrompts(prompt(8, 3, 0), short, "direct")]);
});
