import { existsSync, statSync } from "node:fs";
import { VisiiError } from "../../errors.ts";
import { type Choice, prepareEvaluation, type RowSummary, sampleDataset, scopeOf } from "../../eval/index.ts";
import { DEVICE, defineCommand } from "../command.ts";
import { captionSteps, LEARN, learnSettings } from "../learning.ts";
import { chosenModel, fetchClip } from "../model.ts";
import { misuse } from "../options.ts";
import { duration } from "../progress.ts";
import { deviceOptions, given } from "../settings.ts";

export const evalCommand = defineCommand({
  name: "eval",
  summary: "Runs the paper’s evaluation over a dataset, and writes tables, figures and pictures as one page.",
  usage: ["DATASET -o FOLDER [--rows ROW,ROW,… | --table1 --figure7 --figure8 --figure9 --hybrid]"],
  options: {
    output: {
      type: "text",
      short: "o",
      hint: "FOLDER",
      help: "results and report; a run that was stopped goes on there",
    },
    rows: {
      type: "text",
      hint: "ROW,…",
      help: "ways to edit, such as ip2p,sdedit,visii-1-mse-gt (default ip2p,visii-1-clip-cap)",
    },
    table1: { type: "flag", help: "the rows of the paper’s Table 1, with random and fixed noise" },
    figure7: { type: "flag", help: "histograms of the method, InstructPix2Pix and SDEdit" },
    figure8: { type: "flag", help: "the spread over noise seeds" },
    figure9: { type: "flag", help: "the spread over example pairs" },
    hybrid: { type: "flag", help: "learned and worded edits together, on composed cases" },
    "noise-seeds": { type: "number", help: "noise seeds of --figure8 (default 4)" },
    "example-pairs": { type: "number", help: "example pairs of --figure9 (default 4)" },
    edits: { type: "number", help: "edits to run, sampled by --seed (default: all)" },
    seed: { type: "number", help: "seed of the sampling and of the intervals (default 0)" },
    tests: { type: "number", help: "pairs of each edit to judge by, its last ones (default 2)" },
    examples: { type: "number", help: "pairs of each edit to learn from, at most (default 4)" },
    "skip-broken": { type: "flag", help: "go on without what is broken in the dataset, and count it" },
    swap: { type: "flag", help: "side-by-side pictures: the right one is before" },
    model: {
      type: "text",
      hint: "NAME",
      help: "tiny (built in), owner/name, ./folder, or ./file.safetensors (default tiny)",
    },
    clip: {
      type: "text",
      hint: "NAME",
      help: "the CLIP that learns and measures (default: the model's own, or its family's)",
    },
    ...LEARN,
    "loss-guidance-scale": { type: "number", help: "s_T of the guided loss (default 7.5)" },
    "loss-image-guidance-scale": { type: "number", help: "s_I of the guided loss (default 1.5)" },
    "apply-steps": { type: "number", help: "denoising steps (default: the model's)" },
    "guidance-scale": { type: "number", help: "s_T of applying (default: the model's)" },
    "image-guidance-scale": { type: "number", help: "s_I of applying (default: the model's)" },
    "caption-steps": { type: "number", help: "steps of finding a caption (default 3000, less with a preset)" },
    "sdedit-model": {
      type: "text",
      hint: "NAME",
      help: "a text-to-image model for SDEdit (default: the model itself, without a picture)",
    },
    "sdedit-strength": { type: "number", help: "noise that SDEdit mixes in, 0 to 1 (default 0.8)" },
    "sdedit-steps": { type: "number", help: "SDEdit's denoising steps (default: those of applying, at least 20)" },
    ...DEVICE,
  },

  async run({ values, positionals }, context) {
    const { report, signal } = context;
    const [dataset, ...more] = positionals;
    if (dataset === undefined || more.length > 0) throw misuse("Name one dataset: a folder, or a .jsonl manifest.");
    const folder = values.output;
    if (folder === undefined) throw misuse("Name the folder of the results with -o.");
    if (existsSync(folder) && !statSync(folder).isDirectory()) throw misuse(`${folder} is a file, not a folder.`);
    const scope = scopeOf(choiceOf(values));
    const sampling = {
      ...given({
        edits: counted("edits", values.edits, 1),
        seed: counted("seed", values.seed, 0),
        tests: counted("tests", values.tests, 1),
        examples: counted("examples", values.examples, 1),
        skipBroken: values["skip-broken"],
        swap: values.swap,
      }),
      onStep: (done: number, total: number) => report.step({ label: "reading", done, total }),
    };
    const sampled = await sampleDataset(dataset, sampling);
    for (const { path, message } of sampled.problems) {
      report.note(`Left out: ${message}`);
      report.event("broken", { path, message });
    }

    const options = { ...deviceOptions(values), ...given({ clip: values.clip }) };
    await using model = await chosenModel(values.model, "tiny", options, context);
    await fetchClip(model, values.model, context);
    const { resolution, "sdedit-model": generating } = values;
    await using generator =
      generating === undefined
        ? undefined
        : await chosenModel(
            generating,
            generating,
            { ...deviceOptions(values), clip: "none", task: "generate" },
            context,
          );
    const evaluation = await prepareEvaluation(model, { dataset, sampled, sampling }, folder, {
      scope,
      signal,
      ...(generator && { generator }),
      learn: {
        ...learnSettings(model, values),
        ...given({
          guidanceScale: values["loss-guidance-scale"],
          imageGuidanceScale: values["loss-image-guidance-scale"],
        }),
      },
      apply: given({
        steps: values["apply-steps"],
        guidanceScale: values["guidance-scale"],
        imageGuidanceScale: values["image-guidance-scale"],
        resolution,
      }),
      caption: given({ steps: captionSteps(values["caption-steps"], values.preset) }),
      sdedit: given({ strength: values["sdedit-strength"], steps: values["sdedit-steps"] }),
    });
    let last = { done: 0, total: 0 };
    try {
      for await (const { done, total, edit } of evaluation.run) {
        last = { done, total };
        report.step({ label: "evaluating", done, total, event: { edit } });
      }
    } catch (error) {
      if (!(error instanceof VisiiError) || error.code !== "aborted") throw error;
      const message = `Stopped after ${last.done} of ${last.total} results; the same command goes on.`;
      throw new VisiiError("aborted", message, last, { cause: error });
    }
    const { outputs, summary } = await evaluation.report();
    const { problems, tooFew, edits } = sampled;
    for (const row of summary.rows) report.event("row", { ...row });
    report.answer(table(summary.rows));
    const left = problems.length > 0 ? ` ${problems.length} broken things were left out.` : "";
    report.done(outputs, `Evaluated ${edits.length} edits in ${duration(report.seconds)}: ${outputs[0]}.${left}`, {
      edits: edits.length,
      broken: problems.length,
      tooFew,
    });
  },
});

interface Asked {
  readonly rows: string | undefined;
  readonly table1: boolean | undefined;
  readonly figure7: boolean | undefined;
  readonly figure8: boolean | undefined;
  readonly figure9: boolean | undefined;
  readonly hybrid: boolean | undefined;
  readonly "noise-seeds": number | undefined;
  readonly "example-pairs": number | undefined;
}

function choiceOf({ rows, table1, figure7, figure8, figure9, hybrid, ...counts }: Asked): Choice {
  const names = rows?.split(",").map((name) => name.trim());
  return given({
    rows: names?.filter((name) => name !== ""),
    table1,
    figure7,
    figure8: figure8 ? (counted("noise-seeds", counts["noise-seeds"], 2) ?? 4) : undefined,
    figure9: figure9 ? (counted("example-pairs", counts["example-pairs"], 2) ?? 4) : undefined,
    hybrid,
  });
}

function counted(name: string, value: number | undefined, low: number): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= low)) return value;
  throw misuse(`--${name} must be a whole number of at least ${low}, got ${value}.`, { name, value });
}

/** What is read in a terminal: the three similarities and the error. */
function table(rows: readonly RowSummary[]): string {
  const cell = (value: number | undefined) => (value === undefined ? "–" : value.toFixed(3)).padStart(8);
  const width = Math.max(...rows.map(({ row }) => row.length));
  const head = `${"row".padEnd(width)}${["image", "direct.", "visual", "error"].map((name) => name.padStart(8)).join("")}`;
  const lines = rows.map(({ row, metrics }) => {
    const values = [metrics.image, metrics.directional, metrics.visual, metrics.ratio];
    return `${row.padEnd(width)}${values.map((value) => cell(value?.mean)).join("")}`;
  });
  return [head, ...lines].join("\n");
}
