import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pageFolder } from "../../src/studio/node-build.ts";
import { distinct, safeName } from "../../src/studio/parts/names.ts";
import { dayOf, inWords } from "../../src/studio/parts/time.ts";
import { pairUp } from "../../src/studio/teach/pair-up.ts";
import { lean, parseValues, requestOf, SLIDERS, spread } from "../../src/studio/use/settings.ts";

const told: [files: string, pairs: string, rest: string][] = [
  ["before.png after.png", "before.png>after.png", ""],
  ["after.jpg before.png", "before.png>after.jpg", ""],
  ["0_1.png 0_0.png 1_0.png 1_1.png", "0_0.png>0_1.png 1_0.png>1_1.png", ""],
  ["cat_in.webp cat_out.webp", "cat_in.webp>cat_out.webp", ""],
  ["IMG-Before.JPG IMG-After.JPG", "IMG-Before.JPG>IMG-After.JPG", ""],
  [
    "dog-after.png cat-before.png cat-after.png dog-before.png",
    "cat-before.png>cat-after.png dog-before.png>dog-after.png",
    "",
  ],
  ["portrait-edited.png portrait.png", "portrait.png>portrait-edited.png", ""],
  ["original.png done.png", "original.png>done.png", ""],
  ["Nachher.png Vorher.png", "Vorher.png>Nachher.png", ""],
  ["scene1.png scene2.png", "scene1.png>scene2.png", ""],
  ["1_0.png 2_0.png", "", "1_0.png 2_0.png"],
  ["cat.png dog.png", "", "cat.png dog.png"],
  ["one.png", "", "one.png"],
  ["before.png after.png more.png", "before.png>after.png", "more.png"],
  ["in.png out.png a.png b.png", "in.png>out.png a.png>b.png", ""],
];
for (const [files, pairs, rest] of told) {
  test(`pairs by name: ${files}`, () => {
    const found = pairUp(files.split(" ").map((name) => ({ name })));
    assert.equal(found.pairs.map(({ before, after }) => `${before.name}>${after.name}`).join(" "), pairs);
    assert.equal(found.rest.map(({ name }) => name).join(" "), rest);
  });
}

test("a request holds what was set, and nothing else, so that equal wishes are equal requests", () => {
  assert.deepEqual(requestOf("p", "i", "  ", {}), { picture: "p", instruction: "i" });
  assert.deepEqual(requestOf("p", "i", " a tiger ", { seed: 3, noise: "fixed", strength: 0 }), {
    picture: "p",
    instruction: "i",
    words: "a tiger",
    strength: 0,
    seed: 3,
    noise: "fixed",
  });
  assert.deepEqual(requestOf("p", undefined, "night", { noise: "fixed" }), { picture: "p", words: "night" });
  const order = [
    { seed: 1, steps: 2 },
    { steps: 2, seed: 1 },
  ].map((settings) => JSON.stringify(requestOf("p", "i", "", settings)));
  assert.equal(order[0], order[1]);
  const model = { editDefaults: { steps: 20, seed: 0, noise: "random" } } as unknown as Parameters<typeof lean>[1];
  assert.deepEqual(lean({ steps: 20, seed: 4, noise: "random" }, model), { seed: 4 });
});

test("values to compare: as typed, within what the setting may be, none twice", () => {
  const [strength, , , steps] = SLIDERS as [
    (typeof SLIDERS)[0],
    (typeof SLIDERS)[0],
    (typeof SLIDERS)[0],
    (typeof SLIDERS)[0],
  ];
  assert.deepEqual(parseValues("0.5, 1;1  2 3 -1 x", strength), [0.5, 1, 2]);
  assert.deepEqual(parseValues("1.6 2 0 5000", steps), [2]);
  assert.deepEqual(parseValues("", steps), []);
  assert.deepEqual(spread(strength, 1), [0.5, 1, 1.5]);
  assert.deepEqual(spread(strength, 2), [1.5, 2]);
  for (const knob of SLIDERS)
    for (const value of spread(knob, knob.min)) assert.ok(value >= knob.low && value <= knob.high);
});

test("names and times as one reads them", () => {
  assert.deepEqual(distinct(["a.png", "b.png", "a.png", "a.png"]), ["a.png", "b.png", "a (2).png", "a (3).png"]);
  assert.equal(safeName('a/b\\c:"d"'), "a_b_c__d_");
  assert.equal(safeName("   "), "picture");
  assert.deepEqual([0.4, 9.6, 50, 100, 3600, 5400].map(inWords), [
    "a second",
    "10 seconds",
    "a minute",
    "2 minutes",
    "an hour",
    "1.5 hours",
  ]);
  const now = new Date(2026, 4, 3, 0, 30);
  assert.equal(dayOf(new Date(2026, 4, 3, 0, 1).toISOString(), now), "today");
  assert.equal(dayOf(new Date(2026, 4, 2, 23, 59).toISOString(), now), "yesterday");
  assert.match(dayOf(new Date(2026, 0, 9).toISOString(), now), /9/);
});

test("the page is built once, and found after that", async () => {
  const folder = await pageFolder();
  const index = join(folder, "index.html");
  assert.ok(existsSync(index));
  const { mtimeMs } = await stat(index);
  assert.equal(await pageFolder(), folder);
  assert.equal((await stat(index)).mtimeMs, mtimeMs);
});
