/**
 * The tables of docs/eval/README.md, from evaluations that have run:
 * `npm run bench:evaluation -- RESULTS… [--against RESULTS] [--steps FOLDER] [--to docs/eval]`
 *
 * Each folder of results (`visii eval … -o RESULTS`) gives a section of its own name, and its report goes beside the page: `RESULTS/report.html`,
 * `report.json`, `table.csv`. The page must have the sections' marks, `<!-- NAME -->` and `<!-- /NAME -->`. The first folder's fixed noises, the paper's and the
 * authors', are the section `noises`. `--against` compares the error ratios of the first folder with another's, of dearer learning, in the section
 * `presets`: rows that both have, the same pictures. `--steps` names what `bench:steps` has written: its tables and its curve are the sections `steps` and
 * `methods`, and its presets join the comparison.
 */
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { writeFileAtomic } from "../src/files/atomic.ts";
import { withSection } from "../training/card.ts";
import { noises } from "./evaluation/noises.ts";
import { presets } from "./evaluation/presets.ts";
import { openResults } from "./evaluation/results.ts";
import { type Report, section } from "./evaluation/tables.ts";
import { curve } from "./steps/curve.ts";
import { readResults, stepsTable, summarize, type VariantSummary } from "./steps/results.ts";
import { CURVE, LISTS } from "./steps/variants.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { to: { type: "string", default: "docs/eval" }, against: { type: "string" }, steps: { type: "string" } },
});
const [first] = positionals;
if (first === undefined) throw new RangeError("name at least one folder of results");

const page = join(values.to, "README.md");
let text = readFileSync(page, "utf8");
const reportOf = (folder: string) => JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as Report;
for (const folder of positionals) {
  const name = basename(folder);
  text = withSection(text, name, section(name, reportOf(folder)));
  mkdirSync(join(values.to, name), { recursive: true });
  for (const file of ["report.html", "report.json", "table.csv"]) {
    copyFileSync(join(folder, file), join(values.to, name, file));
  }
}

const steps = values.steps === undefined ? [] : readResults(join(values.steps, "results.jsonl"));
if (values.steps !== undefined) {
  const folder = join(values.to, "steps");
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(values.steps, "results.jsonl"), join(folder, "results.jsonl"));
  const [byPasses, byMethod] = [summarize(LISTS.steps, steps), summarize(LISTS.methods, steps)];
  await writeFileAtomic(join(folder, "curve.svg"), curve(byPasses.filter(({ variant }) => CURVE.includes(variant))));
  const told = (summaries: readonly VariantSummary[], compared: string) =>
    `${summaries[0]?.edits ?? 0} edits:\n\n${stepsTable(summaries, compared)}`;
  text = withSection(text, "steps", told(byPasses, "difference from the paper's steps"));
  text = withSection(text, "methods", told(byMethod, "difference from the default"));
}
const { edits } = reportOf(first);
const results = await openResults(first, edits);
text = withSection(text, "noises", noises(results.rows));
if (values.against !== undefined) {
  const dearer = await openResults(values.against, edits);
  text = withSection(text, "presets", presets(results, dearer, steps, "visii-1-mse-gt"));
}
await writeFileAtomic(page, text);
