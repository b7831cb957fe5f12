import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { codeOf } from "../../training/data/codes.ts";
import { distance, heldOutDistance, named, type Rgb } from "../../training/data/colours.ts";
import { anyRequest, change } from "../../training/data/compose.ts";
import { heldOutSource } from "../../training/data/concepts.ts";
import { exchangesAll } from "../../training/data/edits/grade.ts";
import { isHeldOutComposition, wideEdits, wideLocalEdits } from "../../training/data/edits/index.ts";
import {
  applyEdit,
  cases,
  concepts,
  editPair,
  heldOutEdits,
  readMeta,
  readShard,
  type Split,
  scene,
  scenePair,
  trainedEdits,
  trainedLocalEdits,
  writeShards,
} from "../../training/data/index.ts";
import { anyScene, photosOf } from "../../training/data/pairs.ts";
import { hash, Random } from "../../training/data/random.ts";

test("the same seed draws the same numbers on every machine", () => {
  const random = new Random("a", 1);
  assert.equal(hash("a", 1), 2601195509);
  assert.deepEqual([random.next(), random.int(0, 1000), random.range(-1, 1)], [0.7702074486296624, 834, -0.925]);
});

test("a scene and a pair are pure functions of their seeds", async () => {
  const [first, again, other] = await Promise.all([7, 7, 8].map((seed) => scene("owl", "noto", seed)));
  assert.deepEqual(again, first);
  assert.notDeepEqual(other!.pixels, first!.pixels);
  const pairs = await Promise.all([3, 3, 4].map((index) => editPair("train", 1, index)));
  assert.deepEqual(pairs[1], pairs[0]);
  assert.notDeepEqual(pairs[2]!.before, pairs[0]!.before);
});

test("a scene keeps its object inside, and its mask where the object is", async () => {
  const { pixels, mask, caption } = await scene("owl", "twemoji", 1);
  assert.equal(pixels.length, 128 * 128 * 3);
  assert.equal(mask.length, 128 * 128);
  assert.match(caption, /^an owl (on|in) /);
  const covered = mask.reduce((sum, v) => sum + v, 0) / (255 * 128 * 128);
  assert.ok(covered > 0.1 && covered < 0.8, `${covered} of the picture is covered`);
});

const splits = ["train", "test", "unseen-source"] as const;

test("no concept and no drawing is in two splits, and one source is only in its own", () => {
  const seen = new Map<string, string>();
  for (const split of splits) {
    for (const { name, icons } of concepts(split)) {
      for (const key of [name, ...[...icons].map((icon) => icon.join("/"))]) {
        assert.equal(seen.get(key) ?? split, split, key);
        seen.set(key, split);
      }
      assert.equal(icons.has(heldOutSource), split === "unseen-source", name);
    }
  }
  const [kept, held] = [concepts("train").length, concepts("test").length];
  assert.ok(kept > 4000, `${kept} concepts to train on`);
  assert.ok(held / (kept + held) >= 0.05, `${held} held out of ${kept + held}`);
  assert.ok(concepts("unseen-source").length > 400);
});

test("kin of a concept that is held out are held out in every source", () => {
  const things = (split: Split) =>
    new Set(
      concepts(split).flatMap(({ icons }) =>
        [...icons.entries()].filter(([source]) => source !== "openclipart").map(([, icon]) => icon),
      ),
    );
  const train = things("train");
  for (const icon of things("test")) assert.ok(!train.has(icon), icon);
});

test("photographs and drawn places are split too", async () => {
  const train = new Set(photosOf("train").map(({ file }) => file));
  assert.ok(train.size > 10);
  assert.ok(photosOf("test").length >= 1);
  for (const { file } of photosOf("test")) assert.ok(!train.has(file), file);
  for (const needs of ["landscape", "map"] as const) {
    for (const split of ["train", "test"] as const) {
      const { origin } = await anyScene(split, new Random("places", split), needs);
      assert.ok(origin.kind === needs && origin.seed % 2 === (split === "train" ? 0 : 1));
    }
  }
});

test("pairs of a split show only its pictures, and no edit that is held out", async () => {
  const kinds = new Set([...trainedEdits, ...trainedLocalEdits].map(({ name }) => name));
  for (const { name } of heldOutEdits) assert.ok(!kinds.has(name), name);
  for (const split of ["train", "test"] as const) {
    const own = new Set([...concepts(split).map(({ name }) => name), ...photosOf(split).map(({ file }) => file)]);
    for (let index = 0; index < 60; index++) {
      const { record, before, after } = await editPair(split, 5, index);
      if (record.source !== "drawn") assert.ok(own.has(record.concept), record.concept);
      for (const name of record.edit.split("+")) assert.ok(kinds.has(name), name);
      assert.ok(
        record.codes.length > 0 &&
          record.codes.every(({ values }) => values.length <= 16 && values.every(Number.isFinite)),
      );
      assert.ok(change(before, after) >= 0.005, `${record.edit} can hardly be seen`);
    }
  }
});

test("pairs of the wide families have no words, unless all that they ask for has some", async () => {
  const known = new Set([...trainedEdits, ...trainedLocalEdits].map(({ name }) => name));
  const wide = new Set([...wideEdits, ...wideLocalEdits].map(({ name }) => name));
  const seen = new Set<string>();
  for (let index = 0; index < 60; index++) {
    const { record, before, after } = await editPair("train", 5, index, true);
    const names = record.edit.split("+");
    assert.ok(
      names.every((name) => known.has(name) || wide.has(name)),
      record.edit,
    );
    const said = names.every((name) => known.has(name));
    assert.equal(record.instruction !== "", said, record.edit);
    assert.equal(record.phrases.length, said ? names.length : 0);
    assert.ok(record.codes.length > 0 && record.codes.every(({ values }) => values.length <= 16));
    assert.ok(change(before, after) >= 0.005, `${record.edit} can hardly be seen`);
    for (const name of names) seen.add(name);
  }
  for (const { name } of wideEdits) assert.ok(seen.has(name), name);
});

test("no wide edit is one that is held out", () => {
  for (let seed = 0; seed < 2000; seed++) {
    for (const edit of wideEdits) {
      const params = edit.sample(new Random("wide", edit.name, seed)) as Record<string, number> & { rows?: number[] };
      if (edit.name === "two-colour print") {
        const { tone, slope, edge } = params;
        assert.ok([tone, slope, edge].filter((part) => part !== 0).length >= 2, "emboss, a stencil, a line drawing");
      }
      if (params.rows) assert.ok(!exchangesAll(params.rows), "channel swap");
    }
  }
});

test("a tenth of the kinds and more is held out, drawn by seed", () => {
  const kinds = heldOutEdits.filter(({ family }) => family !== "local" && family !== "composition");
  assert.ok(kinds.length >= 0.1 * (kinds.length + trainedEdits.length), `${kinds.length} of ${trainedEdits.length}`);
  assert.ok(heldOutEdits.some(({ family }) => family === "local"));
  assert.ok(heldOutEdits.some(({ family }) => family === "composition"));
});

test("codes tell everything that words and numbers say", () => {
  const code = codeOf("frame", { colour: { name: "red", rgb: [220, 38, 38] }, width: 8, corner: "top left", angle: 0 });
  assert.deepEqual(code, { key: "frame|top left", values: [220, 38, 38, 8, 1, 0] });
});

// Every colour among the parameters, however deep.
function colours(params: unknown): readonly { name: string; rgb: Rgb }[] {
  if (typeof params !== "object" || params === null) return [];
  if ("rgb" in params && "name" in params) return [params as { name: string; rgb: Rgb }];
  return Object.values(params).flatMap(colours);
}

test("the stream of requests never shows held-out colours or compositions", () => {
  const heldOut = { frame: "teal", crop: "teal", background: "salmon" } as const;
  let composed = 0;
  const count = 20_000;
  for (let index = 0; index < count; index++) {
    const { parts, instruction } = anyRequest(new Random("requests", index));
    if (parts.length >= 2) composed++;
    for (const { edit, params } of parts) {
      const banned = heldOut[edit.family as keyof typeof heldOut];
      if (!banned) continue;
      for (const { name, rgb } of colours(params)) {
        assert.notEqual(name, banned, instruction);
        assert.ok(distance(rgb, named(banned).rgb) >= heldOutDistance, `${instruction}: ${rgb} is nearly ${banned}`);
      }
    }
    for (const [i, { edit }] of parts.entries()) {
      for (const later of parts.slice(i + 1)) assert.ok(!isHeldOutComposition(edit.name, later.edit.name), instruction);
    }
    assert.doesNotMatch(instruction, /\ba [aeio]/, "the article");
  }
  assert.ok(composed / count > 0.2 && composed / count < 0.24, `${composed} of ${count} are compositions`);
});

test("scenes to train on are never on salmon", async () => {
  for (let index = 0; index < 150; index++) {
    const { record } = await scenePair("train", 9, index);
    assert.doesNotMatch(record.before, /salmon/);
  }
});

test("training knows enough kinds and families, by different names", () => {
  const all = [...trainedEdits, ...trainedLocalEdits, ...wideEdits, ...wideLocalEdits, ...heldOutEdits];
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
  assert.ok(trainedEdits.length >= 100);
  assert.ok(new Set(trainedEdits.map(({ family }) => family)).size >= 10);
});

for (const edit of [...trainedEdits, ...trainedLocalEdits.slice(0, 20), ...wideEdits, ...heldOutEdits]) {
  test(`edit: ${edit.name}`, async () => {
    const seen: number[] = [];
    for (let seed = 0; seed < 16 && (seed < 3 || Math.max(...seen) < 0.005); seed++) {
      const picture = await anyScene("train", new Random("picture", seed + 1), edit.needs ?? "object");
      const untouched = Uint8Array.from(picture.pixels);
      const params = edit.sample(new Random(edit.name, seed));
      assert.deepEqual(JSON.parse(JSON.stringify(params)), params, "parameters survive JSON");
      for (const phrase of edit.phrases(params)) assert.match(phrase, /^[a-z0-9 ,-]+$/);
      assert.ok(edit.extra?.(params) ?? edit.setting?.(params), "the caption says what changed");
      const pixels = applyEdit(picture, edit, params);
      assert.equal(pixels.length, 128 * 128 * 3);
      assert.deepEqual(applyEdit(picture, edit, params), pixels, "the same again");
      assert.deepEqual(picture.pixels, untouched, "the scene itself stays");
      seen.push(change(picture.pixels, pixels));
    }
    assert.ok(Math.max(...seen) >= 0.005, `it changes the picture by ${seen}`);
  });
}

test("cases show one edit with the same parameters in different pictures", async () => {
  const edit = heldOutEdits.find(({ name }) => name === "teal frame")!;
  const options = { edit, pairs: 2, tests: 3, seed: 4 };
  const found = await cases(options);
  assert.deepEqual(await cases(options), found);
  assert.equal(found.nearestWords, "put a turquoise frame around it");
  const examples = [...found.pairs, ...found.tests];
  assert.deepEqual([found.pairs.length, found.tests.length], [2, 3]);
  assert.equal(new Set(examples.map(({ concept }) => concept)).size, 5);
  const held = new Set([...concepts("test").map(({ name }) => name), ...photosOf("test").map(({ file }) => file)]);
  for (const { concept, source, after, words } of examples) {
    assert.ok(source === "drawn" || held.has(concept), concept);
    assert.deepEqual([...after.subarray(0, 3)], [...named("teal").rgb]);
    assert.match(words.after, /, teal frame$/);
  }
});

test("shards are read as they were written, and meta.json comes last", async () => {
  const folder = mkdtempSync(join(tmpdir(), "visii-data-"));
  try {
    const about = { count: 3, seed: 2, split: "train" } as const;
    const written = writeShards(folder, about, (index) => editPair("train", 2, index));
    assert.equal((await written.next()).value, 3);
    assert.throws(() => readMeta(folder), /meta\.json/, "not complete yet");
    for await (const _ of written);
    assert.deepEqual(readMeta(folder), { size: 128, shardSize: 2048, version: 3, ...about });
    const pairs = readShard(folder, 0);
    assert.equal(pairs.length, 3);
    for (const [index, pair] of pairs.entries()) assert.deepEqual(pair, await editPair("train", 2, index));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
