/**
 * A full-size model against PyTorch, part by part and as a whole: `npm run verify -- [--model NAME] [--goldens FOLDER] [--threads N]`.
 * First, once: `python reference/full_size/make_model.py`, then `python reference/full_size/goldens.py` (random weights).
 *
 * `npm run verify:real -- [--model owner/name] [--python python3]` does it with the real weights: fetches them, runs the Python, compares.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadModel } from "../src/index.ts";
import { formatRow, type Row, readGoldens } from "./verify/goldens.ts";
import { rows } from "./verify/rows.ts";

const { values } = parseArgs({
  options: {
    real: { type: "boolean", default: false },
    model: { type: "string" },
    goldens: { type: "string" },
    python: { type: "string", default: "python3" },
    threads: { type: "string" },
  },
});
const name = values.model ?? (values.real ? "timbrooks/instruct-pix2pix" : ".full-size/model");
const folder = values.goldens ?? join(".full-size", values.real ? "goldens-real" : "goldens");

await using model = await loadModel(name, values.threads ? { threads: Number(values.threads) } : {});
if (values.real) {
  const script = ["reference/full_size/goldens.py", "--model", model.parts.folder!, "--out", folder];
  const { status, error } = spawnSync(values.python, script, { stdio: "inherit" });
  if (error ?? status !== 0) {
    process.stderr.write(
      `${values.python} ${script.join(" ")} failed; see reference/requirements.txt for what it needs.\n`,
    );
    process.exit(1);
  }
}

process.stdout.write("| what | relative error | limit | | seconds |\n| --- | --- | --- | --- | --- |\n");
const all: Row[] = [];
for await (const row of rows(model, await readGoldens(folder))) {
  all.push(row);
  process.stdout.write(`${formatRow(row)}\n`);
}
if (all.some(({ error, limit }) => !(error <= limit))) process.exitCode = 1;
