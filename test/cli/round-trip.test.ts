import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { readPngText } from "../../src/image/node.ts";
import { Instruction, readImage } from "../../src/index.ts";
import { scratch, visii } from "./child.ts";
import { writeExamples } from "./pictures.ts";

const cwd = scratch();
const at = (name: string) => join(cwd, name);
const LEARN = ["learn", "0_0.png", "0_1.png", "--model", "nano", "--lr", "0.05", "--checkpoint-every", "4"];
const STEPS = ["--steps", "12", "--init", "teal background", "--seed", "5"];

before(async () => {
  mkdirSync(at("pairs"));
  for (const folder of [cwd, at("pairs")]) await writeExamples(folder);
});

test("learn, apply, inspect: files, words, and what is written into the picture", async () => {
  const learned = await visii([...LEARN, ...STEPS, "-o", "ink.safetensors"], { cwd });
  assert.equal(learned.code, 0, learned.stderr);
  assert.match(
    learned.stdout,
    /^Learned in .+: wrote step \d+ of 12 to ink\.safetensors, and how it went to ink\.png\.\n$/,
  );
  assert.equal(existsSync(at("ink.safetensors.checkpoint")), false, "the checkpoint is removed at the end");
  const strip = await readImage(at("ink.png"));
  assert.ok(strip.width > 5 * 128, "before, after and three checkpoints stand on the strip");

  const applied = await visii(
    ["apply", "ink.safetensors", "1_0.png", "2_0.png", "-o", "out", "--steps", "2", "--seed", "3"],
    { cwd },
  );
  assert.equal(applied.code, 0, applied.stderr);
  const results = [await readImage(at("out/1_0.png")), await readImage(at("out/2_0.png"))];
  assert.deepEqual(
    results.map(({ width, height }) => [width, height]),
    [
      [50, 70],
      [40, 40],
    ],
  );
  const instruction = await Instruction.parse(readFileSync(at("ink.safetensors")), "ink");
  const made = JSON.parse(readPngText(readFileSync(at("out/1_0.png"))).visii!);
  assert.deepEqual(made.model, {
    name: "nano",
    version: instruction.provenance.model.version,
    hash: instruction.provenance.model.hash,
  });
  assert.equal(made.command, "apply");
  assert.equal(made.settings.steps, 2);
  assert.equal(made.settings.seed, 3);

  const inspected = await visii(["inspect", "ink.safetensors"], { cwd });
  assert.match(inspected.stdout, /3 learned, of 77 × 32/);
  assert.match(inspected.stdout, /"teal background"/);
  assert.match(inspected.stdout, /steps 12, lr 0\.05/);
  assert.match(inspected.stdout, /[▁▂▃▄▅▆▇█]{12}/);
  assert.match(inspected.stdout, /step 4: .+\n +step 8: .+\n +step 12: /);
  const asJson = (await visii(["inspect", "ink.safetensors", "--json"], { cwd })).events();
  assert.deepEqual(
    asJson.map(({ event }) => event),
    ["instruction", "done"],
  );
  assert.equal(asJson[0]!.hash, made.instruction.hash);
  assert.equal((asJson[0]!.losses as number[]).length, 12);
});

test("--json: the same run gives the same file bit for bit, and stdout holds events alone", async () => {
  const run = await visii([...LEARN, ...STEPS, "-o", "again.safetensors", "--no-strip", "--json"], { cwd });
  assert.equal(run.code, 0, run.stderr);
  assert.equal(run.stderr, "");
  const events = run.events();
  assert.deepEqual(
    events.map(({ event }) => event),
    [...Array(12).fill("step"), "done"],
  );
  assert.deepEqual(
    events.slice(0, 12).map(({ step }) => step),
    Array.from({ length: 12 }, (_, i) => i + 1),
  );
  assert.deepEqual(
    events
      .slice(0, 12)
      .filter(({ checkpoint }) => checkpoint)
      .map(({ step }) => step),
    [4, 8, 12],
  );
  const done = events.at(-1)!;
  assert.deepEqual(done.outputs, ["again.safetensors"]);
  assert.ok((done.seconds as number) > 0 && (done.peakMemory as number) > 10e6);
  assert.equal(existsSync(at("again.png")), false);
  assert.deepEqual(readFileSync(at("again.safetensors")), readFileSync(at("ink.safetensors")));
});

test("interrupted half-way and resumed: that very file, and that very strip", async () => {
  for (const folder of ["whole", "half"]) mkdirSync(at(folder));
  const options = ["--steps", "40", "--seed", "2", "--checkpoint-every", "20", "--json"];
  const call = (folder: string) => [...LEARN, ...options, "-o", `${folder}/ink.safetensors`];
  const whole = await visii(call("whole"), { cwd });
  assert.equal(whole.code, 0, whole.stderr);

  let sent = false;
  const stopped = await visii(call("half"), {
    cwd,
    onOutput: (stdout, child) => {
      if (sent || !stdout.includes('"step":3,')) return;
      sent = true;
      child.kill("SIGINT");
      child.kill("SIGINT"); // npm passes on what the terminal has sent already
    },
  });
  assert.equal(stopped.code, 130, stopped.stderr);
  assert.match(
    stopped.stderr,
    /^Stopped after step \d+ of 40; the same command with --resume goes on from half\/ink\.safetensors\.checkpoint\.\n$/,
  );
  assert.equal(stopped.events().at(-1)!.code, "aborted");
  assert.deepEqual(readdirSync(at("half")), ["ink.safetensors.checkpoint"], "nothing half-learned is written");

  const resumed = await visii([...call("half"), "--resume"], { cwd });
  assert.equal(resumed.code, 0, resumed.stderr);
  const first = resumed.events()[0]!.step as number;
  assert.ok(first > 3 && first < 40, `went on at step ${first}`);
  assert.deepEqual(readdirSync(at("half")), ["ink.png", "ink.safetensors"]);
  for (const file of ["ink.safetensors", "ink.png"]) {
    assert.deepEqual(readFileSync(at(`half/${file}`)), readFileSync(at(`whole/${file}`)), file);
  }
});

test("edit takes a folder; a folder with pairs can be learned from", async () => {
  const edited = await visii(
    ["edit", "make it teal", "pairs", "-o", "edited", "--model", "nano", "--steps", "1", "--json"],
    {
      cwd,
    },
  );
  assert.equal(edited.code, 0, edited.stderr);
  const outputs = edited.events().at(-1)!.outputs as string[];
  assert.ok(outputs.includes("edited/0_0.png") && outputs.includes("edited/2_0.png"));
  const learned = await visii(
    ["learn", "pairs", "--model", "nano", "--steps", "1", "--no-strip", "-o", "f.safetensors"],
    {
      cwd,
    },
  );
  assert.equal(learned.code, 0, learned.stderr);
  const { provenance } = await Instruction.parse(readFileSync(at("f.safetensors")), "f");
  assert.equal(provenance.settings.pairs, 1);
});

test("models list, help and version", async () => {
  const listed = await visii(["models", "list", "--json"], { cwd });
  const nano = listed.events().find(({ name }) => name === "nano")!;
  assert.equal(nano.origin, "built-in");
  assert.ok((nano.size as number) > 1e5 && (nano.size as number) < 2.1e6);
  const help = await visii(["learn", "--help"], { cwd });
  assert.equal(help.code, 0);
  assert.match(help.stdout, /--lambda-clip N/);
  assert.match((await visii(["--version"], { cwd })).stdout, /^visii \d+\.\d+\.\d+\n$/);
});
