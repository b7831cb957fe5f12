import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readImage } from "../../src/image/node.ts";
import {
  type Image,
  isVisiiError,
  type KeptCheckpoint,
  type LearnOptions,
  type LearnRun,
  learn,
  loadModel,
  Model,
  presetOf,
} from "../../src/index.ts";
import { nodeRuntime } from "../../src/runtime/node.ts";

let model: Model;
before(async () => {
  model = await loadModel("nano", { threads: 1 });
});
after(() => model.release());

/** What comes of zero alone, and of the known instruction that is nearest at first sight. */
async function eachStart(model: Model, asked: LearnOptions) {
  const alone = { ...asked, trialSteps: 0 };
  const zero = (await learn(model, { ...alone, candidates: 0 }).result).provenance;
  const known = (await learn(model, alone).result).provenance;
  assert.deepEqual([zero.settings.init, known.settings.init], ["neutral", "known"]);
  return [zero, known] as const;
}

function picture(seed: number): Image {
  const data = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * seed * 31 + (i >> 5) * 17) % 251);
  return { width: 40, height: 30, data };
}

const pairs = [{ before: picture(3), after: picture(5) }];
const options: LearnOptions = { pairs, space: "soft-words", steps: 30, checkpointEvery: 10, lr: 0.05, seed: 3 };

test("a point of the soft words is learned: the loss falls, and the rows around stay", async () => {
  const { promptEmbeds, provenance } = await learn(model, options).result;
  const { checkpoints, settings } = provenance;
  assert.ok(checkpoints.at(-1)![1] < checkpoints[0]![1], JSON.stringify(checkpoints));
  assert.equal(settings.space, "soft-words");
  const neutral = await model.prompt(Array(10).fill(",").join(" "));
  assert.deepEqual(promptEmbeds.span, neutral.span);
  const { width, tokens } = promptEmbeds;
  for (const row of [0, 11, 12, tokens - 1]) {
    const of = ({ data }: { data: Float32Array }) => data.subarray(row * width, (row + 1) * width);
    assert.deepEqual(of(promptEmbeds), of(neutral), `row ${row}`);
  }
  const rows = await learn(model, { ...options, space: "rows" }).result;
  assert.notDeepEqual(rows.promptEmbeds.data, promptEmbeds.data);
});

test("a run in the soft words' space, resumed, gives the same bytes", async () => {
  const run = learn(model, options);
  let half: Uint8Array | undefined;
  for await (const { step } of run) if (step === 14) half = run.state();
  assert.deepEqual((await learn(model, { ...options, resume: half! }).result).toBytes(), (await run.result).toBytes());
  const other = learn(model, { ...options, space: "rows", resume: half! });
  await assert.rejects(other.result, (error) => isVisiiError(error, "input"));
});

test("errors counted as pixels lead elsewhere, on candidates and checkpoints too, and a run resumed gives the same bytes", async () => {
  const counted: LearnOptions = { ...options, errors: "pixels", candidates: 6, steps: 20 };
  const run = learn(model, counted);
  let half: Uint8Array | undefined;
  for await (const { step } of run) if (step === 14) half = run.state();
  const learned = await run.result;
  assert.equal(learned.provenance.settings.errors, "pixels");
  assert.deepEqual((await learn(model, { ...counted, resume: half! }).result).toBytes(), learned.toBytes());
  const latents = await learn(model, { ...counted, errors: "latents" }).result;
  assert.notDeepEqual(latents.promptEmbeds.data, learned.promptEmbeds.data);
  assert.notDeepEqual(latents.provenance.checkpoints, learned.provenance.checkpoints);
  await assert.rejects(learn(model, { ...counted, errors: "latents", resume: half! }).result, (error) =>
    isVisiiError(error, "input"),
  );
});

test("of zero and the instructions that the model knows, the one that explains the pairs best is the start, whatever stops the run", async () => {
  const seen: number[] = [];
  const several = {
    ...options,
    pairs: [
      { before: picture(2), after: picture(9) },
      { before: picture(4), after: picture(5) },
    ],
    candidates: 6,
    steps: 6,
  };
  const run = learn(model, { ...several, onCandidate: (done) => seen.push(done) });
  let half: Uint8Array | undefined;
  for await (const { step } of run) if (step === 3) half = run.state();
  const learned = await run.result;
  assert.deepEqual(seen, [6]);
  const { settings, prompt } = learned.provenance;
  assert.equal(settings.init, "known");
  assert.ok(model.parts.softWords!.config.known.includes(prompt), prompt);
  assert.deepEqual((await learn(model, { ...several, resume: half! }).result).toBytes(), learned.toBytes());

  // At a rate of next to nothing the start is all there is: none that it knows explains the pairs better.
  const still = { ...several, lr: 1e-9, steps: 1, checkpointEvery: 1, validation: 2 };
  const { validation } = (await drained(learn(model, still))).checkpoints[0]!;
  const { softWords } = model.parts;
  const { known, width } = softWords!.config;
  for (const [i, words] of known.entries()) {
    const point = softWords!.known.slice(i * width, (i + 1) * width);
    const alone = { ...softWords!, config: { ...softWords!.config, known: [words] }, known: point };
    await using other = new Model({ ...model.parts, softWords: alone }, nodeRuntime({ device: "cpu", threads: 1 }));
    const [{ validation: theirs }] = (await drained(learn(other, still))).checkpoints as [KeptCheckpoint];
    assert.ok(validation <= theirs + 1e-6, `${prompt} ${validation}, ${words} ${theirs}`);
  }
});

test("zero and the best candidate are both tried, and zero goes on where the other is hardly ahead, whatever stops the run", async () => {
  const tried: [number, number][] = [];
  const asked: LearnOptions = { ...options, candidates: 6, trialSteps: 12, steps: 20, checkpointEvery: 4, lr: 0.01 };
  const run = learn(model, { ...asked, onTrial: (...seen) => tried.push(seen) });
  const steps: number[] = [];
  const states = new Map<number, Uint8Array>();
  for await (const { step, checkpoint } of run) {
    steps.push(step);
    assert.equal(checkpoint !== undefined, step % 4 === 0);
    states.set(step, run.state()!);
  }
  const learned = await run.result;
  assert.deepEqual(
    tried,
    Array.from({ length: 24 }, (_, i) => [i + 1, 24]),
  );
  assert.deepEqual(
    steps,
    Array.from({ length: 20 }, (_, i) => i + 1),
  );
  for (const step of [7, 14]) {
    assert.deepEqual((await learn(model, { ...asked, resume: states.get(step)! }).result).toBytes(), learned.toBytes());
  }

  // Each start by itself, for as many steps: the known one is ahead then, and the run is zero's.
  const [zero, known] = await eachStart(model, asked);
  assert.ok(known.checkpoints[2]![1] < zero.checkpoints[2]![1]);
  const { settings, losses } = learned.provenance;
  assert.deepEqual([settings.init, losses], ["neutral", zero.losses]);
});

test("a candidate that is clearly ahead after its first steps goes on, whatever stops the run", async () => {
  await using tiny = await loadModel("tiny", { threads: 1 });
  const pair = {
    before: await readImage("gallery/night/before.png"),
    after: await readImage("gallery/night/after.png"),
  };
  const asked: LearnOptions = { pairs: [pair], candidates: 64, trialSteps: 4, steps: 6, checkpointEvery: 2 };
  const run = learn(tiny, asked);
  const states = new Map<number, Uint8Array>();
  for await (const { step } of run) states.set(step, run.state()!);
  const learned = await run.result;
  for (const step of [2, 5]) {
    assert.deepEqual((await learn(tiny, { ...asked, resume: states.get(step)! }).result).toBytes(), learned.toBytes());
  }

  const [zero, known] = await eachStart(tiny, asked);
  assert.ok(known.checkpoints[1]![1] < 0.7 * zero.checkpoints[1]![1]);
  const { settings, losses, prompt } = learned.provenance;
  assert.deepEqual([settings.init, prompt, losses], ["known", known.prompt, known.losses]);
});

test("where all that the model knows is far off, zero is the start: at first sight, and after a trial", async () => {
  const { softWords } = model.parts;
  const far = { ...softWords!, known: softWords!.known.map((x) => 1000 * x) };
  await using lost = new Model({ ...model.parts, softWords: far }, nodeRuntime({ device: "cpu", threads: 1 }));
  const zero = (await learn(lost, { ...options, candidates: 0 }).result).provenance;
  for (const trialSteps of [0, 10]) {
    const { settings, losses } = (await learn(lost, { ...options, candidates: 6, trialSteps }).result).provenance;
    assert.equal(settings.init, "neutral");
    assert.deepEqual(losses, zero.losses);
  }
});

async function drained(run: LearnRun): Promise<LearnRun> {
  await run.result;
  return run;
}

test("from words the rows are learned, whatever the space, and the file says so", async () => {
  const words = { ...options, init: "make it red", steps: 2 };
  const learned = await learn(model, words).result;
  assert.equal(learned.provenance.settings.space, "rows");
  assert.deepEqual(learned.toBytes(), (await learn(model, { ...words, space: "rows" }).result).toBytes());
});

test("the paper's preset learns rows, and counts errors of latents", () => {
  const { space, errors } = presetOf(model.parts, "paper");
  assert.deepEqual([space, errors], ["rows", "latents"]);
});

test("other tokens than the soft words have are refused, and so are soft words that a model lacks or that don't fit", async () => {
  const few = learn(model, { ...options, tokens: 4 });
  await assert.rejects(
    few.result,
    (error) => isVisiiError(error, "usage") && /are 10 tokens, not 4/.test(error.message),
  );
  const folder = mkdtempSync(join(tmpdir(), "visii-"));
  try {
    cpSync("models/nano", folder, { recursive: true });
    const file = join(folder, "soft_words", "config.json");
    const config = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...config, embedding: 64 }));
    await assert.rejects(
      loadModel(folder, { threads: 1 }),
      (error) => isVisiiError(error, "model") && /10 rows of 64 don't fit/.test(error.message),
    );
    rmSync(join(folder, "soft_words"), { recursive: true });
    await using without = await loadModel(folder, { threads: 1 });
    await assert.rejects(
      learn(without, options).result,
      (error) => isVisiiError(error, "usage") && /brings no soft words/.test(error.message),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
