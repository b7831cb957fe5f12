/**
 * How many passes through the UNet an edit is worth: `npm run bench:steps -- DATASET --out FOLDER [--edits 24] [--model tiny] [--list steps]
 * [--only NAME …] [--caption-steps 300] [--threads N] [--part 1/2]`
 *
 * Every variant learns each edit from its first pair and edits its test pictures; the error ratio is compared with that of the paper's 1000 steps, in
 * pairs, with intervals over edits; the table has the edits that every variant was measured on. `--list methods` has the places where the paper and the
 * authors' code differ, in the balanced preset's steps, instead. Results are kept case by case; run again, it goes on.
 * `--part 1/2` and `--part 2/2` share the edits between two processes, which may write to one folder; run once more without it for the table of all.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readPicture, sampleDataset } from "../src/eval/dataset/index.ts";
import { writeFileAtomic } from "../src/files/atomic.ts";
import { apply, caption, learn, learningEffort, loadModel } from "../src/index.ts";
import { errorRatio } from "../src/metrics/index.ts";
import { addResult, type Result, readResults, stepsTable, summarize } from "./steps/results.ts";
import { LISTS, type ListName, settingsFor, type Variant } from "./steps/variants.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string" },
    edits: { type: "string", default: "24" },
    model: { type: "string", default: "tiny" },
    list: { type: "string", default: "steps" },
    only: { type: "string", multiple: true },
    "caption-steps": { type: "string", default: "300" },
    threads: { type: "string" },
    part: { type: "string", default: "1/1" },
  },
});
const [dataset] = positionals;
if (dataset === undefined || values.out === undefined)
  throw new RangeError("name the dataset, and a folder with --out");

mkdirSync(values.out, { recursive: true });
const file = join(values.out, "results.jsonl");
const done = new Set(readResults(file).map(({ variant, edit }) => `${variant} ${edit}`));
const list = LISTS[values.list as ListName] as readonly Variant[] | undefined;
if (!list) throw new RangeError(`--list is one of ${Object.keys(LISTS).join(", ")}, got ${values.list}`);
const variants = list.filter(({ name }) => !values.only || values.only.includes(name));
const [part, parts] = /^([1-9])\/([1-9])$/.exec(values.part)?.slice(1).map(Number) ?? [];
if (part === undefined || parts === undefined || part > parts)
  throw new RangeError(`--part is one of several, as 1/2, got ${values.part}`);
const { edits } = await sampleDataset(dataset, { edits: Number(values.edits), seed: 1 });
await using model = await loadModel(values.model, values.threads ? { threads: Number(values.threads) } : {});

for (const [i, edit] of edits.entries()) {
  if (i % parts !== part - 1) continue;
  for (const variant of variants) {
    if (done.has(`${variant.name} ${edit.id}`)) continue;
    addResult(file, await measure(edit, variant));
  }
  process.stderr.write(`${i + 1} of ${edits.length}: ${edit.id}\n`);
}

async function measure(edit: (typeof edits)[number], variant: Variant): Promise<Result> {
  const pairs = await Promise.all(
    edit.examples.slice(0, variant.pairs ?? 1).map(async ({ before, after }) => ({
      before: await readPicture(before),
      after: await readPicture(after),
    })),
  );
  const settings = settingsFor(variant, model.parts.learnDefaults.lr);
  const init = await startOf(variant, edit.instruction, pairs[0]!.after);
  const started = performance.now();
  const instruction = await learn(model, { ...settings, pairs, ...(init !== undefined && { init }) }).result;
  const seconds = (performance.now() - started) / 1000;
  const ratios: number[] = [];
  for (const test of edit.tests) {
    const [input, truth] = [await readPicture(test.before), await readPicture(test.after)];
    const [output] = await apply(model, instruction, input);
    ratios.push(errorRatio(output!, truth, input));
  }
  const { forward, backward } = learningEffort(
    { ...model.parts.learnDefaults, ...settings },
    instruction.provenance.losses.length,
  );
  return { variant: variant.name, edit: edit.id, ratios, passes: forward + backward, seconds };
}

async function startOf(
  { start }: Variant,
  instruction: string | undefined,
  after: Parameters<typeof caption>[1][number],
) {
  if (start === "words") return instruction;
  if (start !== "caption") return undefined;
  const clip = await model.clip();
  return clip && (await caption(clip, [after], { steps: Number(values["caption-steps"]) })).words;
}

const table = summarize(list, readResults(file));
await writeFileAtomic(
  join(values.out, `${values.list}.json`),
  `${JSON.stringify({ model: model.parts.identity, table }, null, 2)}\n`,
);
process.stdout.write(
  `${model.parts.identity.name} ${model.parts.identity.version}, ${table[0]?.edits ?? 0} edits\n\n${stepsTable(table, "difference")}\n`,
);
