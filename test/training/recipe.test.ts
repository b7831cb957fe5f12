import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
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
import { modelFolder, trainPart } from "../../training/recipe.ts";

const nano = readConfig("training/nano.json");
const runtime = nodeRuntime({ device: "cpu", threads: 1 });
const folder = mkdtempSync(join(tmpdir(), "visii-training-"));
const data = join(folder, "data");
const straight = join(folder, "straight");

before(async () => {
  const about = { count: 6, seed: 1, split: "train" as const };
  for await (const _ of writeShards(join(data, "train"), about, (i) => editPair("train", 1, i)));
});
after(() => rmSync(folder, { recursive: true }));

async function losses(part: PartName, out: string, config: TrainingConfig = nano): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  await trainPart(part, { config, data, out, runtime, onStep: (_, entry) => entries.push(entry) });
  return entries;
}

const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;

// In this order: the UNet looks through the others.
for (const [part, share] of [["vae", 0.8], ["clip", 0.8], ["unet", 0.8]] as const) {
  test(`${part}: the loss falls`, async () => {
    const entries = await losses(part, straight);
    assert.deepEqual(
      entries.map(({ step }) => step),
      Array.from({ length: nano[part]!.steps }, (_, i) => i + 1),
    );
    const values = entries.map(({ loss }) => loss);
    const [first, last] = [meanOf(values.slice(0, 5)), meanOf(values.slice(-5))];
    console.log(part, first, last, meanOf(entries.map((e) => e.seconds)));
    assert.ok(last < share * first, `${part}: from ${first} to ${last}`);
  });
}
