import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Instruction } from "../../src/index.ts";
import { scratch, visii } from "./child.ts";
import { writeExamples } from "./pictures.ts";

const cwd = scratch();
await writeExamples(cwd);
cpSync("models/nano", join(cwd, "nano"), { recursive: true });
const QUICK = ["--clip", "nano", "--steps", "4", "--tokens", "3", "--threads", "1"];

test("a caption for each picture, or one for all; the same seed gives the same words", async () => {
  const each = await visii(["caption", "0_0.png", "0_1.png", ...QUICK, "--json"], { cwd });
  assert.equal(each.code, 0, each.stderr);
  const captions = each.events().filter(({ event }) => event === "caption");
  assert.deepEqual(
    captions.map(({ pictures, clip }) => ({ pictures, clip })),
    [
      { pictures: ["0_0.png"], clip: "nano/clip" },
      { pictures: ["0_1.png"], clip: "nano/clip" },
    ],
  );
  assert.equal(each.events().filter(({ event }) => event === "step").length, 8);
  const words = await visii(["caption", "0_0.png", "0_1.png", ...QUICK], { cwd });
  assert.equal(words.stdout, `0_0.png: ${captions[0]!.words}\n0_1.png: ${captions[1]!.words}\n`);
  const together = await visii(["caption", "0_0.png", "0_1.png", "--together", ...QUICK], { cwd });
  assert.equal(together.stdout.trim().split("\n").length, 1);
});

test("learning starts from the caption of the after picture, and says so", async () => {
  mkdirSync(join(cwd, "out"));
  const learn = [
    "learn",
    "0_0.png",
    "0_1.png",
    "--model",
    "nano",
    "--steps",
    "2",
    "--tokens",
    "3",
    "--no-strip",
    "--threads",
    "1",
  ];
  const run = await visii([...learn, "-o", "out/a.safetensors", "--init-caption", "--caption-steps", "4"], { cwd });
  assert.equal(run.code, 0, run.stderr);
  const { provenance } = await Instruction.parse(readFileSync(join(cwd, "out/a.safetensors")), "a");
  const alone = await visii(["caption", "0_1.png", ...QUICK], { cwd });
  assert.equal(provenance.prompt, alone.stdout.trim());
  assert.equal(provenance.settings.init, "caption");
  const other = await visii([...learn, "-o", "out/b.safetensors", "--caption-clip", "nano"], { cwd });
  assert.deepEqual([other.code, other.stderr], [2, "--caption-clip goes with --init-caption.\n"]);
});

test("mistakes are told in one sentence", async () => {
  const wrong = async (args: string[], code: number, sentence: RegExp) => {
    const { stdout, stderr, ...run } = await visii(["caption", ...args], { cwd });
    assert.match(stderr, sentence);
    assert.deepEqual([run.code, stdout], [code, ""]);
  };
  await wrong([], 2, /^Name a picture/);
  await wrong(["none.png"], 1, /^none\.png does not exist\.\n$/);
  await wrong(["0_0.png", "--clip", "nowhere"], 1, /^nowhere: there is no such model/);
  await wrong(["0_0.png", ...QUICK, "--tokens", "99"], 2, /^--tokens must be a whole number from 1 to 75, got 99\.\n$/);
});
