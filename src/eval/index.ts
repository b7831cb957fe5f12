/** The paper's evaluation: rows of methods over a dataset, measured, kept case by case, and reported. */
import { basename, resolve } from "node:path";
import { type CaptionSettings, PEZ } from "../core/caption.ts";
import type { Model } from "../core/model.ts";
import { type EditSettings, type LearnSettings, settle } from "../core/settings.ts";
import { SOFTWARE } from "../core/version.ts";
import { VisiiError } from "../errors.ts";
import type { Scope } from "./cases.ts";
import type { Sampled, SampleOptions } from "./dataset/index.ts";
import { writeReport } from "./report/write.ts";
import { CONTROLS, FIGURE7, FIGURE8, FIGURE9, HYBRID, OURS, parseRow, type Row, TABLE1 } from "./rows.ts";
import { type EvalSettings, evaluate, type Progress } from "./run.ts";
import { Store } from "./store.ts";
import type { Summary } from "./summary.ts";

export { type Sampled, type SampleOptions, sampleDataset } from "./dataset/index.ts";
export type { Progress } from "./run.ts";
export type { Finding, RowSummary, Summary } from "./summary.ts";

/** Which rows to run; all of them together. */
export interface Choice {
  readonly rows?: readonly string[];
  readonly table1?: boolean;
  readonly figure7?: boolean;
  /** Noise seeds for figure 8. */
  readonly figure8?: number;
  /** Example pairs for figure 9. */
  readonly figure9?: number;
  readonly hybrid?: boolean;
}

/** The rows that a choice asks for, each once, controls first. Throws `VisiiError("usage")` for one that there is not. */
export function scopeOf({ rows = [], table1, figure7, figure8, figure9, hybrid }: Choice): Scope {
  const asked = [
    ...rows,
    ...(table1 ? TABLE1 : []),
    ...(figure7 ? FIGURE7 : []),
    ...(figure8 ? FIGURE8 : []),
    ...(figure9 ? FIGURE9 : []),
    ...(hybrid ? HYBRID : []),
  ];
  const names = new Set([...CONTROLS, ...(asked.length > 0 ? asked : ["ip2p", OURS])]);
  return {
    rows: [...names].map(parseRow),
    ...(figure8 && { noise: { rows: [OURS], seeds: figure8 } }),
    ...(figure9 && { examples: { rows: [OURS], count: figure9 } }),
  };
}

export interface EvaluationOptions {
  readonly scope: Scope;
  readonly learn?: Partial<LearnSettings>;
  readonly apply?: Partial<EditSettings>;
  readonly caption?: Partial<CaptionSettings>;
  /** SDEdit's strength, 0 … 1, and steps. @default 0.8; the model's steps, but at least 20 */
  readonly sdedit?: { readonly strength?: number; readonly steps?: number };
  /** A text-to-image model for SDEdit. @default the model itself, without a picture */
  readonly generator?: Model;
  readonly signal?: AbortSignal;
}

/** An evaluation ready to be run: iterate `run`, then `report`. */
export interface PreparedEvaluation {
  readonly run: AsyncIterable<Progress>;
  report(): Promise<{ readonly outputs: string[]; readonly summary: Summary }>;
}

/**
 * Opens, or goes on with, an evaluation of `sampled`, which was taken from `dataset` with `sampling`, in `folder`. Throws `VisiiError("usage")`: settings
 * out of range, rows that need a CLIP where there is none, a folder with results of another setup.
 */
export async function prepareEvaluation(
  model: Model,
  {
    dataset,
    sampled,
    sampling,
  }: { readonly dataset: string; readonly sampled: Sampled; readonly sampling: SampleOptions },
  folder: string,
  { scope, signal, generator, ...given }: EvaluationOptions,
): Promise<PreparedEvaluation> {
  const clip = await model.clip();
  if (!clip) refuseWithoutClip(scope.rows);
  const learn = settle(model.parts.learnDefaults, given.learn ?? {});
  const apply = settle(model.parts.editDefaults, given.apply ?? {});
  const caption = settle({ ...PEZ, tokens: learn.tokens }, given.caption ?? {});
  const sdedit = { strength: 0.8, steps: Math.max(20, apply.steps), ...given.sdedit };
  const { seed = 0, tests = 2, examples = 4, swap = false } = sampling;
  const name = basename(resolve(dataset));
  const setup = {
    software: SOFTWARE,
    model: model.parts.identity,
    clip: clip ? { name: clip.clip.name, hash: clip.clip.hash } : null,
    dataset: { name, layout: sampled.layout, seed, tests, examples, ...(swap && { swap }) },
    learn,
    apply,
    caption,
    sdedit: { ...sdedit, ...(generator && { model: generator.parts.identity }) },
  };
  const store = await Store.open(folder, setup);
  const settings: EvalSettings = { learn, apply, caption, sdedit };
  const { edits } = sampled;
  return {
    run: evaluate({ model, store, edits, scope, settings, ...(generator && { generator }), ...(signal && { signal }) }),
    report: async () => {
      const asked = new Set(scope.rows.map((row) => row.name));
      const cases = edits.flatMap(({ id }) => store.cases(id)).filter(({ row }) => asked.has(row));
      const { name: modelName, version } = model.parts.identity;
      const facts: [string, string][] = [
        ["Model", [modelName, version].filter(Boolean).join(" ")],
        ["Dataset", `${name}, ${edits.length} edits`],
        ["Test pictures", String(edits.reduce((sum, edit) => sum + edit.tests.length, 0))],
        ["Learning", `${learn.steps} steps of ${learn.batch}, rate ${learn.lr}, ${learn.lrSchedule}`],
        ["Applying", `${apply.steps} steps, guidance ${apply.guidanceScale} / ${apply.imageGuidanceScale}`],
        ["Results", `${cases.length}`],
      ];
      const title = `${name}, edited by ${modelName}`;
      return writeReport({
        store,
        sampled,
        cases,
        rows: scope.rows,
        setup,
        title,
        facts,
        encoder: clip?.clip.name,
        seed,
      });
    },
  };
}

function refuseWithoutClip(rows: readonly Row[]): void {
  const needs = rows.filter(
    ({ method }) =>
      method.kind === "caption" || ("lesson" in method && (method.lesson.clipLoss || method.lesson.start === "cap")),
  );
  if (needs.length === 0) return;
  const names = needs.map(({ name }) => name).join(", ");
  throw new VisiiError("usage", `These rows need a CLIP: ${names}; name one with --clip, or leave them out.`, {
    names,
  });
}
