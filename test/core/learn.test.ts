import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Latents } from "../../src/core/model.ts";
import type { PromptEmbeds } from "../../src/core/prompt.ts";
import { sample } from "../../src/core/sample.ts";
import {
  apply,
  edit,
  type Image,
  Instruction,
  isVisiiError,
  type LearnOptions,
  learn,
  loadModel,
  type Model,
} from "../../src/index.ts";

let model: Model;
before(async () => {
  model = await loadModel("nano", { threads: 1 });
});
after(() => model.release());

function picture(seed: number, width = 40, height = 30): Image {
  return {
    width,
    height,
    data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * seed * 31 + (i >> 5) * 17) % 251),
  };
}

const pairs = [{ before: picture(3), after: picture(5) }];
const options: LearnOptions = { pairs, init: "make it red", steps: 8, checkpointEvery: 3, lr: 0.05, seed: 3 };

test("the same seed gives the same file, bit for bit, and a resumed run gives that file too", async () => {
  const run = learn(model, { ...options, previewSteps: 1 });
  let half: Uint8Array | undefined;
  const validations: number[] = [];
  for await (const { step, checkpoint, preview } of run) {
    if (step === 4) half = run.state();
    if (checkpoint) validations.push(checkpoint.validation);
    assert.deepEqual(preview && [preview.width, preview.height], checkpoint && [40, 30]);
  }
  assert.deepEqual(
    run.checkpoints.map(({ step, validation }) => [step, validation]),
    [3, 6, 8].map((step, i) => [step, validations[i]]),
  );
  const whole = (await run.result).toBytes();
  assert.equal(validations.length, 3); // after steps 3, 6 and the last
  assert.deepEqual((await learn(model, options).result).toBytes(), whole);
  assert.deepEqual((await learn(model, { ...options, resume: half! }).result).toBytes(), whole);
  assert.notDeepEqual((await learn(model, { ...options, seed: 4 }).result).toBytes(), whole);
});

test("only the rows between start and end token move", async () => {
  const start = await model.prompt("make it red");
  const { promptEmbeds } = await learn(model, options).result;
  for (let row = 0; row < start.tokens; row++) {
    const of = ({ data }: { data: Float32Array }) => data.subarray(row * start.width, (row + 1) * start.width);
    const moves = row >= start.span.start && row < start.span.end;
    assert.equal(
      of(promptEmbeds).every((x, i) => x === of(start)[i]),
      !moves,
      `row ${row}`,
    );
  }
});

test("learning lowers the validation loss, plain and guided, with one pair and with several", async () => {
  const several = [...pairs, { before: picture(7), after: picture(11) }];
  for (const more of [{}, { guidedLoss: true }, { pairs: several, batch: 2 }, { init: "", tokens: 4 }]) {
    const { checkpoints } = (await learn(model, { ...options, steps: 30, checkpointEvery: 10, ...more }).result)
      .provenance;
    assert.ok(checkpoints.at(-1)![1] < checkpoints[0]![1], JSON.stringify([more, checkpoints]));
  }
});

test("a target pool gives the guided loss's own trajectory while it lasts, then goes on, and resumes", async () => {
  const guided = { ...options, guidedLoss: true, batch: 2 };
  const losses = async (more: Partial<LearnOptions>) =>
    (await learn(model, { ...guided, ...more }).result).provenance.losses;
  const [each, pooled, small] = [await losses({}), await losses({ targetPool: 100 }), await losses({ targetPool: 6 })];
  const close = (some: readonly number[], wanted: readonly number[]) =>
    some.forEach((loss, i) => {
      assert.ok(Math.abs(loss / wanted[i]! - 1) < 1e-4, `step ${i + 1}: ${loss}, ${wanted[i]}`);
    });
  close(pooled, each);
  close(small.slice(0, 3), await losses({ steps: 3 })); // three steps of two draws: the pool

  const stop = new AbortController();
  const onTarget = (done: number) => done === 2 && stop.abort();
  const run = learn(model, { ...guided, targetPool: 6, signal: stop.signal, onTarget });
  await assert.rejects(run.result, (error) => isVisiiError(error, "aborted"));
  const computed: number[] = [];
  const resumed = learn(model, {
    ...guided,
    targetPool: 6,
    resume: run.state()!,
    onTarget: (done) => computed.push(done),
  });
  assert.deepEqual((await resumed.result).provenance.losses, small);
  assert.deepEqual(computed, [3, 4, 5, 6]);
});

test("an instruction survives its file", async () => {
  const learned = await learn(model, options).result;
  const read = await Instruction.parse(learned.toBytes(), "x.safetensors");
  assert.deepEqual(read, learned);
});

test("a state of another run is refused", async () => {
  const run = learn(model, options);
  await run[Symbol.asyncIterator]().next();
  const resume = run.state()!;
  const other = learn(model, { ...options, lr: 0.06, resume }).result;
  await assert.rejects(
    other,
    (error) => isVisiiError(error, "input") && /belongs to a run with other/.test(error.message),
  );
});

test("an aborted run rejects and can go on", async () => {
  const stop = new AbortController();
  const run = learn(model, { ...options, signal: stop.signal });
  const iterate = async () => {
    for await (const { step } of run) if (step === 2) stop.abort();
  };
  await assert.rejects(iterate(), (error) => isVisiiError(error, "aborted"));
  await assert.rejects(run.result, (error) => isVisiiError(error, "aborted"));
  const resumed = await learn(model, { ...options, resume: run.state()! }).result;
  assert.deepEqual(resumed.toBytes(), (await learn(model, options).result).toBytes());
});

test("results have their pictures' sizes and alpha, and depend on instruction, words, seed and noise", async () => {
  const learned = await learn(model, options).result;
  const wide: Image = { ...picture(9, 50, 20), alpha: new Uint8Array(1000).fill(77) };
  const [plain] = await apply(model, learned, wide, { steps: 3 });
  assert.deepEqual([plain!.width, plain!.height, plain!.alpha?.[5]], [50, 20, 77]);
  const results = await Promise.all(
    [
      {},
      { with: "a" },
      { with: "a", splice: "direct" as const },
      { with: "a", splice: "turns" as const },
      { seed: 1 },
      { noise: "fixed" as const },
      { noise: "authors" as const },
      { strength: 0.5 },
    ].map(async (more) => String((await apply(model, learned, wide, { steps: 3, ...more }))[0]!.data)),
  );
  assert.equal(new Set(results).size, results.length);
  assert.equal(results[0], String(plain!.data));
  const [none] = await apply(model, learned, wide, { steps: 3, strength: 0 });
  const [empty] = await edit(model, "", wide, { steps: 3 });
  assert.deepEqual(none!.data, empty!.data);
});

test("in turn, the words edit what the instruction has made; each turn takes all steps", async () => {
  const learned = await learn(model, options).result;
  const input = picture(9, 32, 32);
  const steps: [number, number][] = [];
  const [both] = await apply(model, learned, input, {
    with: "a",
    splice: "turns",
    steps: 2,
    onStep: (done, total) => steps.push([done, total]),
  });
  assert.deepEqual(
    steps,
    [1, 2, 3, 4].map((done) => [done, 4]),
  );
  const settings = { ...model.parts.editDefaults, steps: 2 };
  const turn = async (prompt: PromptEmbeds, latents: Latents): Promise<Latents> => {
    const run = sample(model, prompt, latents, { settings, noiseSeed: settings.seed });
    for (;;) {
      const { done, value } = await run.next();
      if (done) return value;
    }
  };
  const first = await turn(learned.promptEmbeds, await model.encode(input));
  assert.deepEqual(both!.data, (await model.decode(await turn(await model.prompt("a"), first))).data);
});

test("settings out of range are refused in words", async () => {
  const refused = async (more: Partial<LearnOptions>, message: RegExp) =>
    assert.rejects(
      learn(model, { ...options, ...more }).result,
      (error) => isVisiiError(error, "usage") && message.test(error.message),
    );
  await refused({ steps: 0 }, /^steps must be a whole number from 1 to 100000, got 0$/);
  await refused({ lr: Number.NaN }, /^lr must be a number from 0 to 10, got NaN$/);
  await refused({ pairs: [] }, /^There is no pair to learn from/);
  await refused({ guidedLoss: true, targetPool: 4, guidanceScale: 0 }, /^A target pool needs a guidanceScale above 0/);
  await refused({ guidedLoss: "yes" as never }, /^guidedLoss must be true or false, got "yes"$/);
  await refused({ lrSchedule: "linear" as never }, /^lrSchedule must be one of constant, cosine, got "linear"$/);
});
