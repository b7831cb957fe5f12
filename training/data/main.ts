import { parseArgs } from "node:util";
import { editPair, scenePair } from "./pairs.ts";
import { writeShards } from "./shards.ts";

const { values } = parseArgs({
  options: {
    out: { type: "string" },
    count: { type: "string" },
    seed: { type: "string", default: "1" },
    split: { type: "string", default: "train" },
    "scenes-only": { type: "boolean", default: false },
    wide: { type: "boolean", default: false },
  },
});

const count = Number(values.count);
const seed = Number(values.seed);
const { out, split } = values;
if (!out || !(count > 0) || !Number.isInteger(count) || !Number.isInteger(seed)) {
  throw new Error(
    "usage: train:data -- --out FOLDER --count N [--seed S] [--split train|test] [--scenes-only | --wide]",
  );
}
if (split !== "train" && split !== "test") throw new Error(`train:data: --split is train or test, not "${split}"`);

const pair = values["scenes-only"]
  ? (index: number) => scenePair(split, seed, index)
  : (index: number) => editPair(split, seed, index, values.wide);
const started = performance.now();
for await (const done of writeShards(out, { count, seed, split }, pair)) {
  const each = (performance.now() - started) / done;
  process.stdout.write(`${done} of ${count} pairs, ${each.toFixed(2)} ms each\n`);
}
