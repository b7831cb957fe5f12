import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { gallery } from "../../src/core/node-gallery.ts";
import { decodeCard, readImage, settingsOf } from "../../src/index.ts";
import { scratch, visii } from "./child.ts";
import { writeExamples } from "./pictures.ts";

const cwd = scratch();
const at = (name: string) => join(cwd, name);
const SMALL = ["--steps", "2", "--seed", "3"];

before(async () => {
  await writeExamples(cwd);
  const learn = ["learn", "0_0.png", "0_1.png", "--model", "nano", "--steps", "2", "-o", "ink.safetensors"];
  const learned = await visii([...learn, "--card", "made.png", "--no-strip"], { cwd });
  assert.equal(learned.code, 0, learned.stderr);
  assert.match(learned.stdout, /wrote step \d of 2 to ink\.safetensors, and a card to made\.png\.\n$/);
});

test("a card is used like the file: the same picture comes out, and says that it is the same instruction", async () => {
  for (const [instruction, output] of [
    ["ink.safetensors", "by-file.png"],
    ["made.png", "by-card.png"],
  ] as const) {
    const { code, stderr } = await visii(["apply", instruction, "1_0.png", "-o", output, ...SMALL], { cwd });
    assert.equal(code, 0, stderr);
  }
  assert.deepEqual(await readImage(at("by-card.png")), await readImage(at("by-file.png")));
  const [byFile, byCard] = ["by-file.png", "by-card.png"].map((name) => settingsOf(readFileSync(at(name)))!);
  assert.equal(byCard!.instruction!.hash, byFile!.instruction!.hash);
  assert.deepEqual(byCard!.settings, byFile!.settings);
  assert.equal(byFile!.settings.seed, 3);
});

test("visii card: of a file with its pictures, of a card, of the gallery; inspect tells their names", async () => {
  const bare = await visii(["card", "ink.safetensors", "-o", "card.png"], { cwd });
  assert.equal(bare.code, 2);
  assert.match(bare.stderr, /ink\.safetensors holds no pictures.*--before FILE --after FILE/);
  const pictures = ["--before", "0_0.png", "--after", "0_1.png"];
  const half = await visii(["card", "ink.safetensors", "-o", "card.png", ...pictures.slice(0, 2)], { cwd });
  assert.match(half.stderr, /--before and --after go together/);
  const named = await visii(["card", "ink.safetensors", "-o", "card.png", ...pictures, "--name", "Teal"], { cwd });
  assert.equal(named.code, 0, named.stderr);
  assert.equal((await visii(["card", "card.png", "-o", "again.png"], { cwd })).code, 0);
  const [card, again] = [readFileSync(at("card.png")), readFileSync(at("again.png"))];
  assert.deepEqual(await decodeCard(again, "again.png"), await decodeCard(card, "card.png"));
  assert.deepEqual(
    (await decodeCard(card, "card.png")).instruction,
    new Uint8Array(readFileSync(at("ink.safetensors"))),
  );
  const inspected = await visii(["inspect", "card.png"], { cwd });
  assert.match(inspected.stdout, /edit card {4}"Teal"/);
  const [event] = (await visii(["inspect", "card.png", "--json"], { cwd })).events();
  const [ofFile] = (await visii(["inspect", "ink.safetensors", "--json"], { cwd })).events();
  assert.deepEqual(event, { ...ofFile, file: "card.png", name: "Teal" });

  const [exhibit] = gallery();
  assert.equal((await visii(["card", exhibit!.name, "-o", "gallery.png"], { cwd })).code, 0);
  const ours = await decodeCard(readFileSync(at("gallery.png")), "gallery.png");
  assert.equal(ours.name, exhibit!.name);
  assert.deepEqual(ours.instruction, new Uint8Array(readFileSync(exhibit!.instruction)));
});

test("what can't be a card is told, and nothing is written over", async () => {
  const refuses = async (args: string[], code: number, message: RegExp) => {
    const outcome = await visii(args, { cwd });
    assert.equal(outcome.code, code, outcome.stdout);
    assert.match(outcome.stderr, message);
  };
  await refuses(["card", "made.png"], 2, /Name the card with -o/);
  await refuses(["card", "made.png", "-o", "card.jpg"], 2, /An edit card is a \.png file/);
  await refuses(["card", "made.png", "-o", "made.png"], 2, /would be overwritten/);
  await refuses(["card", "0_0.png", "-o", "x.png"], 1, /0_0\.png: there is no instruction in this picture/);
  await refuses(["apply", "0_0.png", "1_0.png", "-o", "x.png"], 1, /there is no instruction in this picture/);
  const learn = ["learn", "0_0.png", "0_1.png", "--model", "nano", "--steps", "1", "-o", "a.safetensors"];
  await refuses([...learn, "--card", "a.png"], 2, /The strip goes to a\.png/);
});
