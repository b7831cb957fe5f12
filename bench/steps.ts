/**
 * How many passes through the UNet an edit is worth: `npm run bench:steps -- DATASET --out FOLDER [--edits 24] [--model tiny] [--only NAME …]
 * [--caption-steps 300] [--threads N] [--part 1/2]`
 *
 * Every variant learns each edit from its first pair and edits its test pictures; the error ratio is compared with that of the paper's 1000 steps, in
 * pairs, with intervals over edits. Results are kept case by case; run again, it goes on. `--part 1/2` and `--part 2/2` share the edits between two
 * processes, which may write to one folder; run once more without it for the table of all.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readPicture, sampleDataset } from "../src/eval/dataset/index.ts";
import { clusterBootstrap, groupBy, median } from "../src/eval/statistics.ts";
import { writeFileAtomic } from "../src/files/atomic.ts";
import { apply, caption, learn, learningEffort, loadModel } from "../src/index.ts";
import { errorRatio } from "../src/metrics/index.ts";
import { table as markdownTable } from "./markdown.ts";
import { MARGIN, settingsFor, VARIANTS, type Variant } from "./steps/variants.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string" },
    edits: { type: "string", default: "24" },
    model: { type: "string", default: "tiny" },
    only: { type: "string", multiple: true },
    "caption-steps": { type: "string", default: "300" },
    threads: { type: "string" },
    part: { type: "string", default: "1/1" },
  },
});
const [dataset] = positionals;
if (dataset === undefined || values.out === undefined)
  throw new RangeError("name the dataset, and a folder with --out");

/** One variant on one edit. */
interface Result {
  readonly variant: string;
  readonly edit: string;
  /** Error ratio of each test picture. */
  readonly ratios: readonly number[];
  /** Passes through the UNet, forward and backward, to learn. */
  readonly passes: number;
  readonly seconds: number;
}

mkdirSync(values.out, { recursive: true });
const file = join(values.out, "steps.jsonl");
const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
const results = lines.map((line) => JSON.parse(line) as Result);
const variants = VARIANTS.filter(({ name }) => !values.only || values.only.includes(name));
const [part, parts] = values.part.split("/").map(Number) as [number, number];
const { edits } = await sampleDataset(dataset, { edits: Number(values.edits), seed: 1 });
await using model = await loadModel(values.model, values.threads ? { threads: Number(values.threads) } : {});

for (const [i, edit] of edits.entries()) {
  if (i % parts !== part - 1) continue;
  for (const variant of variants) {
    if (results.some((each) => each.variant === variant.name && each.edit === edit.id)) continue;
    const result = await measure(edit, variant);
    results.push(result);
    appendFileSync(file, `${JSON.stringify(result)}\n`);
  }
  process.stderr.write(`${i + 1} of ${edits.length}: ${edit.id}\n`);
}

async function measure(edit: (typeof edits)[number], variant: Variant): Promise<Result> {
  const [example] = edit.examples;
  const pair = { before: await readPicture(example!.before), after: await readPicture(example!.after) };
  const settings = settingsFor(variant, model.parts.learnDefaults.lr);
  const init = await startOf(variant, edit.instruction, pair.after);
  const started = performance.now();
  const instruction = await learn(model, { ...settings, pairs: [pair], ...(init !== undefined && { init }) }).result;
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

const wanted = new Set(edits.map(({ id }) => id));
const byVariant = groupBy(
  results.filter(({ edit }) => wanted.has(edit)),
  ({ variant }) => variant,
);
const paper = new Map(byVariant.get("paper")?.map((each) => [each.edit, each.ratios]));
const table = variants.flatMap(({ name }) => {
  const own = byVariant.get(name);
  if (!own) return [];
  const differences = own.map(({ edit, ratios }) =>
    ratios.map((ratio, i) => ratio - (paper.get(edit)?.[i] ?? Number.NaN)),
  );
  return {
    variant: name,
    edits: own.length,
    passes: Math.round(own.reduce((sum, { passes }) => sum + passes, 0) / own.length),
    seconds: median(own.map(({ seconds }) => seconds))!,
    median: median(own.flatMap(({ ratios }) => ratios))!,
    ratio: clusterBootstrap(own.map(({ ratios }) => ratios))!,
    difference: paper.size > 0 ? clusterBootstrap(differences.map((group) => group.filter(Number.isFinite)))! : null,
  };
});
await writeFileAtomic(
  join(values.out, "steps.json"),
  `${JSON.stringify({ model: model.parts.identity, table }, null, 2)}\n`,
);

const x = (value: number) => value.toFixed(3);
const head = ["variant", "passes", "seconds", "median ratio", "mean ratio", "difference from the paper's", "no worse"];
const body = table.map(({ variant, passes, seconds, median: middle, ratio, difference }) => [
  variant,
  String(passes),
  seconds.toFixed(1),
  x(middle),
  `${x(ratio.mean)} (${x(ratio.low)} … ${x(ratio.high)})`,
  difference ? `${x(difference.mean)} (${x(difference.low)} … ${x(difference.high)})` : "–",
  difference ? (difference.high < MARGIN ? "yes" : "no") : "–",
]);
process.stdout.write(`${model.parts.identity.name}, ${edits.length} edits\n\n${markdownTable(head, body)}\n`);
