import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { readPicture, sampleDataset } from "../../src/eval/dataset/index.ts";
import { isVisiiError } from "../../src/index.ts";
import { picture, put, swapped, writeDataset } from "./pictures.ts";

const scratch = mkdtempSync(join(tmpdir(), "visii-dataset-"));
after(() => rmSync(scratch, { recursive: true }));
const at = (name: string) => join(scratch, name);

const refusal = (sentence: RegExp) => (error: unknown) => {
  assert.ok(isVisiiError(error, "input"), String(error));
  assert.match(error.message, sentence);
  assert.ok(!error.message.includes("\n"), "one sentence");
  return true;
};

test("InstructPix2Pix's layout: words, captions of single pairs, an addition, and the split into examples and tests", async () => {
  await writeDataset(at("ip2p"), 3, 4);
  const { layout, edits, problems } = await sampleDataset(at("ip2p"), { tests: 1, examples: 2 });
  assert.equal(layout, "instruct-pix2pix");
  assert.deepEqual(problems, []);
  assert.deepEqual(edits.map(({ id }) => id).sort(), ["000-swap", "001-swap", "002-swap"]);
  const first = edits.find(({ id }) => id === "000-swap")!;
  assert.deepEqual([first.instruction, first.addition], ["swap the colours", "darken it"]);
  assert.deepEqual(
    first.examples.map(({ id }) => id),
    ["0", "1"],
  );
  assert.deepEqual(
    first.tests.map(({ id }) => id),
    ["3"],
  );
  const [pair] = first.examples;
  assert.deepEqual(
    [pair!.captionBefore, pair!.captionAfter, pair!.captionBoth],
    ["a dog", "a swapped cat", "a dark dog"],
  );
  assert.equal(first.examples[1]!.captionBefore, "a cat");
  assert.equal(basename(pair!.both!.path), "0_2.png");
  assert.deepEqual(await readPicture(pair!.before), picture(1));
});

test("edits are sampled by seed, and `caption` is `input` by its other name; seeds.json is the list", async () => {
  await writeDataset(at("many"), 6, 2);
  await put(at("many"), "000-swap/prompt.json", JSON.stringify({ caption: "an owl", edit: "x", output: "y" }));
  const ids = async (seed: number) => (await sampleDataset(at("many"), { edits: 3, seed })).edits.map(({ id }) => id);
  assert.deepEqual(await ids(1), await ids(1));
  assert.notDeepEqual(await ids(1), await ids(2));
  await put(at("many"), "seeds.json", JSON.stringify([["000-swap", ["0"]]]));
  const { edits } = await sampleDataset(at("many"));
  assert.deepEqual(
    edits.map(({ id, examples }) => [id, examples[0]!.captionBefore]),
    [["000-swap", "an owl"]],
  );
});

test("the authors' folders, and pictures side by side in either direction", async () => {
  for (const i of [0, 1, 10]) {
    await put(at("authors"), `night/${i}_0.png`, picture(i));
    await put(at("authors"), `night/${i}_1.png`, swapped(picture(i)));
  }
  const authors = await sampleDataset(at("authors"), { tests: 1 });
  assert.equal(authors.layout, "pairs");
  assert.deepEqual(
    authors.edits[0]!.examples.map(({ id }) => id),
    ["0", "1"],
  );
  assert.deepEqual((await sampleDataset(join(at("authors"), "night"))).edits[0]!.id, "night");

  const [left, right] = [picture(1, 20, 16), picture(2, 20, 16)];
  const both = { width: 40, height: 16, data: new Uint8Array(3 * 40 * 16) };
  for (let y = 0; y < 16; y++) {
    both.data.set(left.data.subarray(60 * y, 60 * y + 60), 120 * y);
    both.data.set(right.data.subarray(60 * y, 60 * y + 60), 120 * y + 60);
  }
  for (const i of [1, 2]) await put(at("maps"), `${i}.png`, both);
  const ab = await sampleDataset(at("maps"));
  assert.equal(ab.layout, "side-by-side");
  const [pair] = ab.edits[0]!.examples;
  assert.deepEqual([await readPicture(pair!.before), await readPicture(pair!.after)], [left, right]);
  const ba = (await sampleDataset(at("maps"), { swap: true })).edits[0]!.examples[0]!;
  assert.deepEqual([await readPicture(ba.before), await readPicture(ba.after)], [right, left]);
});

test("a manifest: lines of one instruction are one edit; what is wrong is told by its line", async () => {
  for (const name of ["a", "b", "c", "d"]) await put(at("list"), `${name}.png`, picture(name.charCodeAt(0)));
  const lines = [
    { source_image: "a.png", target_image: "b.png", instruction: "swap", caption_before: "x", caption_after: "y" },
    { source_image: "c.png", target_image: "d.png", instruction: "swap" },
    { source_image: "c.png", target_image: "d.png", edit: "other" },
  ].map((line) => JSON.stringify(line));
  await put(at("list"), "good.jsonl", `${lines.join("\n")}\n`);
  const good = await sampleDataset(at("list/good.jsonl"));
  assert.equal(good.tooFew, 1);
  assert.deepEqual(
    good.edits.map(({ id, instruction, examples }) => [id, instruction, examples[0]!.captionAfter]),
    [["swap", "swap", "y"]],
  );
  await put(
    at("list"),
    "bad.jsonl",
    `${lines[0]}\n{"source_image": 3}\nnonsense\n${lines[1]}\n{"source_image":"gone.png","target_image":"d.png"}\n`,
  );
  const bad = at("list/bad.jsonl");
  await assert.rejects(sampleDataset(bad), refusal(/bad\.jsonl:3 is not valid JSON/));
  const { edits, problems } = await sampleDataset(bad, { skipBroken: true });
  assert.equal(edits.length, 1);
  const told = problems.map(({ message }) => message).join("\n");
  assert.match(told, /bad\.jsonl:2: "source_image" must be a text, got 3\./);
  assert.match(told, /bad\.jsonl:2: "target_image" is missing\./);
  assert.match(told, /bad\.jsonl:5: "source_image" names gone\.png, which does not exist\./);
});

test("what is broken is told by path before anything begins, or left out and counted", async () => {
  const root = at("broken");
  await writeDataset(root, 5, 3);
  rmSync(join(root, "000-swap/1_1.png"));
  writeFileSync(join(root, "001-swap/prompt.json"), "{ input: ");
  truncateSync(join(root, "002-swap/0_0.png"), 200);
  mkdirSync(join(root, "005-empty"));
  await assert.rejects(
    sampleDataset(root),
    refusal(/^.*broken: \d things are broken; mend it, or go on without with --skip-broken: /),
  );
  const { edits, problems } = await sampleDataset(root, { skipBroken: true });
  const told = problems.map(({ message }) => message.replaceAll(`${root}/`, "")).sort();
  assert.equal(told.length, 5, told.join("\n"));
  assert.match(told[0]!, /^000-swap\/1_0\.png has no other half: 1_1 is missing beside it\.$/);
  assert.match(told[1]!, /^001-swap\/prompt\.json is not valid JSON \(/);
  assert.match(told[2]!, /^002-swap\/0_0\.png is damaged or cut short\.$/);
  assert.match(told[3]!, /^005-empty holds no pair of pictures\.$/);
  assert.match(told[4]!, /^005-empty\/prompt\.json does not exist\.$/);
  assert.deepEqual(edits.map(({ id, examples, tests }) => [id, examples.length + tests.length]).sort(), [
    ["000-swap", 2],
    ["001-swap", 3],
    ["002-swap", 2],
    ["003-swap", 3],
    ["004-swap", 3],
  ]);
});

test("what is no dataset is refused in one sentence", async () => {
  mkdirSync(at("nothing"));
  await put(at("few"), "one/0_0.png", picture(1));
  await put(at("few"), "one/0_1.png", picture(2));
  await put(at("text"), "notes.txt", "hello");
  await assert.rejects(sampleDataset(at("no")), refusal(/no does not exist\.$/));
  await assert.rejects(sampleDataset(at("nothing")), refusal(/nothing: it holds no edit\.$/));
  await assert.rejects(sampleDataset(at("few")), refusal(/few: no edit in it has two pairs, one to learn from/));
  await assert.rejects(sampleDataset(at("text/notes.txt")), refusal(/is no dataset: name a folder, or a manifest/));
});
