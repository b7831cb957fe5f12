import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { edit } from "../../src/core/edit.ts";
import { loadModel } from "../../src/core/node.ts";
import { isVisiiError } from "../../src/errors.ts";
import { nodeRuntime } from "../../src/runtime/node.ts";
import { type PartName, parts, readConfig, type TrainingConfig } from "../../training/config.ts";
import { editPair, writeShards } from "../../training/data/index.ts";
import { Pairs } from "../../training/dataset.ts";
import type { LogEntry } from "../../training/loop.ts";
import { modelFolder, type RecipeOptions, trainPart } from "../../training/recipe.ts";

const nano = readConfig("training/nano.json");
const runtime = nodeRuntime({ device: "cpu", threads: 1 });
const folder = mkdtempSync(join(tmpdir(), "visii-training-"));
const data = join(folder, "data");

before(async () => {
  const about = { count: 6, seed: 1, split: "train" as const };
  for await (const _ of writeShards(join(data, "train"), about, (i) => editPair("train", 1, i)));
});
after(() => rmSync(folder, { recursive: true }));

/** Trains one part and returns what each step reported. */
async function run(part: PartName, out: string, options: Partial<RecipeOptions> = {}): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  await trainPart(part, { config: nano, data, out, runtime, ...options, onStep: (_, entry) => entries.push(entry) });
  return entries;
}

const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;

// In this order, because the UNet looks through the other two.
for (const part of parts) {
  test(`${part}: the loss falls, and is logged`, async () => {
    const out = join(folder, "whole");
    const entries = await run(part, out);
    const values = entries.map(({ loss }) => loss);
    assert.equal(values.length, nano[part]!.steps);
    const [first, last] = [meanOf(values.slice(0, 5)), meanOf(values.slice(-5))];
    assert.ok(last < 0.7 * first, `from ${first} to ${last}`);
    const logged = readFileSync(join(out, `${part}.jsonl`), "utf8")
      .trimEnd()
      .split("\n");
    const steps = logged.map((line) => (JSON.parse(line) as LogEntry).step);
    assert.deepEqual(steps, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30]);
  });
}

test("the trained folder loads, its latents have mean 0 and deviation 1, and it edits", async () => {
  await using model = await loadModel(modelFolder(join(folder, "whole")), { threads: 1 });
  assert.equal(model.parts.identity.name, "nano");
  assert.equal(model.parts.scheduler.predictionType, "v_prediction");
  assert.equal(model.parts.vae.config.scalingFactor, 1);
  using pairs = new Pairs(join(data, "train"), nano.resolution);
  const pictures = [0, 1, 2, 3, 4, 5].flatMap((i) => [pairs.picture(i, "before"), pairs.picture(i, "after")]);
  const latents: number[] = [];
  for (const picture of pictures) latents.push(...(await model.encode(picture)).data);
  assert.ok(Math.abs(meanOf(latents)) < 0.02, `mean ${meanOf(latents)}`);
  assert.ok(Math.abs(meanOf(latents.map((x) => x * x)) - 1) < 0.02, `variance ${meanOf(latents.map((x) => x * x))}`);

  const { instruction } = pairs.records[0]!;
  const [edited] = await edit(model, instruction, pictures[0]!, { steps: 2, seed: 1 });
  const [again] = await edit(model, instruction, pictures[0]!, { steps: 2, seed: 1 });
  assert.deepEqual([edited!.width, edited!.height], [32, 32]);
  assert.deepEqual(edited!.data, again!.data);
  assert.ok(new Set(edited!.data).size > 10, "it is a picture, not one colour");
});

/** All files below a folder, as path → content. */
function filesBelow(root: string): Map<string, Buffer> {
  const names = readdirSync(root, { recursive: true }).map(String).sort();
  return new Map(names.filter((name) => /\.\w+$/.test(name)).map((name) => [name, readFileSync(join(root, name))]));
}

const short = (part: PartName): TrainingConfig => ({ ...nano, [part]: { ...nano[part], steps: 6 } });

test("stopped after three of six steps and resumed: the same files, bit for bit", async () => {
  const [straight, resumed] = [join(folder, "straight"), join(folder, "resumed")];
  for (const part of parts) {
    const config = short(part);
    const whole = await run(part, straight, { config });
    const stop = new AbortController();
    const onStep = (_: PartName, { step }: LogEntry) => void (step === 3 && stop.abort());
    await assert.rejects(
      trainPart(part, { config, data, out: resumed, runtime, signal: stop.signal, onStep }),
      (error) => isVisiiError(error, "aborted"),
    );
    const rest = await run(part, resumed, { config, resume: true });
    const losses = (entries: readonly LogEntry[]) => entries.map(({ step, loss, gradient }) => [step, loss, gradient]);
    assert.deepEqual(losses(rest), losses(whole.slice(3)), part);
  }
  const [expected, actual] = [filesBelow(straight), filesBelow(resumed)];
  assert.deepEqual([...actual.keys()], [...expected.keys()]);
  for (const [name, bytes] of expected) {
    if (!name.endsWith(".jsonl")) assert.ok(bytes.equals(actual.get(name)!), `${name} differs`);
  }
  assert.ok([...expected.keys()].includes(join("model", "unet", "diffusion_pytorch_model.safetensors")));
});

test("a checkpoint of other settings is refused", async () => {
  const config = { ...short("vae"), seed: 2 };
  await assert.rejects(
    run("vae", join(folder, "straight"), { config, resume: true }),
    (error) => isVisiiError(error, "usage") && /other settings/.test(error.message),
  );
});

test("the UNet is not trained before what it looks through", async () => {
  await assert.rejects(
    run("unet", join(folder, "early")),
    (error) => isVisiiError(error, "usage") && /train the vae and clip first/.test(error.message),
  );
});

test("a folder without shards is refused in words", async () => {
  await assert.rejects(
    run("vae", folder, { data: join(folder, "nothing") }),
    (error) => isVisiiError(error, "input") && /train:data/.test(error.message),
  );
});
