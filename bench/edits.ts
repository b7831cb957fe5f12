/**
 * The table by edit, on pictures kept out of training. `npm run bench:edits -- [--model tiny] [--edits 15] [--only NAME …] [--tests 4]
 * [--pairs 3] [--four] [--seed 1] [--learn JSON] [--apply JSON] [--threads N] [--out FOLDER]`
 *
 * `--four` learns from four pairs together, too. Of each case: the error of the result to the truth, over that of the untouched picture; medians per edit, then over edits, by class, and every
 * bar that the model has to reach, with intervals over edits; and sheets: all of them, ten from the best to the worst, and the six worst. Run again,
 * it goes on where it was stopped. `--learn` and `--apply` go over the model's own settings.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeFileAtomic } from "../src/files/atomic.ts";
import { renderSheet, writeImage } from "../src/image/node.ts";
import { type EditSettings, type LearnSettings, loadModel } from "../src/index.ts";
import { heldOutEdits, trainedEdits } from "../training/data/index.ts";
import { barsOf, formatBars, leavesOpen } from "./edits/bars.ts";
import { chooseTrained, PAIRS, type Task, taskOf } from "./edits/choose.ts";
import { fill, type Plan } from "./edits/run.ts";
import { chosenToShow, sheetOf } from "./edits/sheet.ts";
import { Store } from "./edits/store.ts";
import { formatClasses, formatTable, rowsOf } from "./edits/table.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "tiny" },
    edits: { type: "string", default: "15" },
    only: { type: "string", multiple: true },
    tests: { type: "string", default: "4" },
    pairs: { type: "string", default: "3" },
    four: { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    learn: { type: "string", default: "{}" },
    apply: { type: "string", default: "{}" },
    threads: { type: "string" },
    out: { type: "string" },
  },
});

const whole = (name: "edits" | "tests" | "pairs" | "seed", low: number, high: number): number => {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new RangeError(`--${name} is a whole number from ${low} to ${high}, got ${values[name]}`);
};

const settings = { tests: whole("tests", 1, 50), seed: whole("seed", 0, 2 ** 31) };
const started = performance.now();

async function chosenTasks(only: readonly string[] | undefined): Promise<Task[]> {
  if (!only) {
    const trained = await chooseTrained(trainedEdits, whole("edits", 0, trainedEdits.length), settings);
    return [...trained, ...(await Promise.all(heldOutEdits.map((edit) => taskOf(edit, true, settings))))];
  }
  const known = [...trainedEdits, ...heldOutEdits];
  const unknown = only.filter((name) => !known.some((edit) => edit.name === name));
  if (unknown.length > 0) {
    throw new RangeError(
      `no edit is called ${unknown.join(", ")}; there are ${known.map(({ name }) => name).join(", ")}`,
    );
  }
  const chosen = known.filter(({ name }) => only.includes(name));
  return Promise.all(chosen.map((edit) => taskOf(edit, heldOutEdits.includes(edit), settings)));
}

const plan: Plan = {
  tasks: await chosenTasks(values.only),
  seed: settings.seed,
  singles: whole("pairs", 1, PAIRS),
  four: values.four,
  learn: JSON.parse(values.learn) as Partial<LearnSettings>,
  apply: JSON.parse(values.apply) as Partial<EditSettings>,
};
await using model = await loadModel(values.model, values.threads ? { threads: Number(values.threads) } : {});
const { identity, learnDefaults, editDefaults } = model.parts;
const setup = {
  model: identity,
  seed: settings.seed,
  learn: { ...learnDefaults, ...plan.learn },
  apply: { ...editDefaults, ...plan.apply },
};
const mark = createHash("sha256").update(JSON.stringify(setup)).digest("hex").slice(0, 8);
const store = await Store.open(values.out ?? join("out", "edits", `${identity.name}-${mark}`), setup);

let finished = 0;
for await (const { done, of } of fill(model, plan, store)) {
  const seconds = (performance.now() - started) / 1000;
  if (done === of || seconds - finished > 5) {
    finished = seconds;
    process.stderr.write(`${done} of ${of} cases, ${seconds.toFixed(0)} s\n`);
  }
}

const wanted = new Set(plan.tasks.map(({ edit }) => edit));
const cases = store.cases.filter(
  ({ edit, test, pair, method }) =>
    wanted.has(edit) && test < settings.tests && (pair ?? 0) < plan.singles && (plan.four || method !== "four pairs"),
);
const order = plan.tasks.map(({ edit }) => edit);
const rows = rowsOf(cases.toSorted((a, b) => order.indexOf(a.edit) - order.indexOf(b.edit)));
const open = [...trainedEdits, ...heldOutEdits].filter(leavesOpen).map(({ name }) => name);
const bars = barsOf(cases, new Set(open));
const { steps, lr, batch } = setup.learn;
const title = `${identity.name} ${identity.version}, seed ${settings.seed}, learned in ${steps} steps of ${batch}, rate ${lr}`;
const { across, worst } = chosenToShow(rows, 10, 6);
const sheets: readonly (readonly [file: string, edits: readonly string[], title: string])[] = [
  ["sheet", order, "Edits of pictures kept out of training"],
  [
    "across",
    across,
    `${across.length} of ${rows.length} edits, from the best learned to the worst, in equal distances`,
  ],
  ["worst", worst, `The ${worst.length} of ${rows.length} edits that are learned worst`],
];
const byName = new Map(plan.tasks.map((task) => [task.edit, task]));
for (const [file, edits, heading] of sheets) {
  const tasks = edits.map((edit) => byName.get(edit)!);
  await writeImage(join(store.folder, `${file}.webp`), await renderSheet(await sheetOf(tasks, store, heading, title)));
}
const result = { setup, bars, rows, cases };
await writeFileAtomic(join(store.folder, "edits.json"), `${JSON.stringify(result, null, 2)}\n`);

process.stdout.write(
  `${title}\n\n${formatTable(rows)}\n\n${formatClasses(rows)}\n\n${formatBars(bars)}\n\n${store.folder}\n`,
);
