import { setTimeout as sleep } from "node:timers/promises";
import { applyColours, fitColours, sdedit } from "../baselines/index.ts";
import type { CaptionSettings } from "../core/caption.ts";
import { apply, edit as editByWords } from "../core/edit.ts";
import type { Model } from "../core/model.ts";
import type { Pair } from "../core/pairs.ts";
import { checkAborted } from "../core/sample.ts";
import type { EditSettings, LearnSettings } from "../core/settings.ts";
import { fitToModel, restore } from "../image/fit.ts";
import { flatten, type Image } from "../image/pixels.ts";
import { type CaseKey, casesOf, nameOf, type Scope } from "./cases.ts";
import { readPicture, type SampledEdit } from "./dataset/index.ts";
import { fitted, Judge, type Yardstick } from "./judge.ts";
import { Lessons } from "./lessons.ts";
import { isHybrid, type Row } from "./rows.ts";
import type { Store } from "./store.ts";

/** What goes over the model's own settings. */
export interface EvalSettings {
  readonly learn: Partial<LearnSettings>;
  readonly apply: Partial<EditSettings>;
  readonly caption: Partial<CaptionSettings>;
  readonly sdedit: { readonly strength: number; readonly steps: number };
}

export interface Progress {
  /** Cases that are done, by whatever process, of `total`. */
  readonly done: number;
  readonly total: number;
  readonly edit: string;
}

export interface Evaluation {
  readonly model: Model;
  readonly store: Store;
  readonly edits: readonly SampledEdit[];
  readonly scope: Scope;
  readonly settings: EvalSettings;
  /** What SDEdit is done by. @default the model */
  readonly generator?: Model;
  readonly signal?: AbortSignal;
}

/** Time between two looks at what other processes do, in milliseconds. */
const PATIENCE = 1000;

/** Does what is missing in the store, edit by edit, beside other processes that do the same; ends when all of it is there. */
export async function* evaluate(evaluation: Evaluation): AsyncGenerator<Progress> {
  const { model, store, edits, scope, signal } = evaluation;
  const judge = new Judge(await model.clip());
  const rows = new Map(scope.rows.map((row) => [row.name, row]));
  const wanted = new Map(edits.map((edit) => [edit, casesOf(edit, scope)]));
  const missing = (edit: SampledEdit) => {
    const done = new Set(store.cases(edit.id).map(nameOf));
    return wanted.get(edit)!.filter((key) => !done.has(nameOf(key)));
  };
  const total = [...wanted.values()].reduce((sum, cases) => sum + cases.length, 0);
  const left = new Map(edits.map((edit) => [edit, missing(edit).length]));
  const progress = (edit: SampledEdit): Progress => {
    const open = [...left.values()].reduce((a, b) => a + b, 0);
    return { done: total - open, total, edit: edit.id };
  };
  for (let open = edits.filter((edit) => left.get(edit)! > 0); open.length > 0; ) {
    let worked = false;
    for (const edit of open) {
      checkAborted(signal);
      await using held = await store.claim(edit.id);
      if (!held) continue;
      await store.mend(edit.id);
      for (const each of open) left.set(each, missing(each).length); // others have gone on, too
      const todo = missing(edit);
      if (todo.length === 0) continue;
      worked = true;
      const shown = await show(edit);
      const lessons = new Lessons(model, store, shown, evaluation.settings, signal);
      for (const [i, key] of todo.entries()) {
        checkAborted(signal);
        await runCase(evaluation, judge, shown, lessons, rows.get(key.row)!, key);
        left.set(edit, todo.length - i - 1);
        yield progress(edit);
      }
    }
    for (const edit of open) left.set(edit, missing(edit).length);
    open = open.filter((edit) => left.get(edit)! > 0);
    if (open.length > 0 && !worked) {
      yield progress(open[0]!);
      await sleep(PATIENCE, undefined, signal && { signal }).catch(() => checkAborted(signal));
    }
  }
}

/** An edit with its pictures in memory; each is one object, so that it is embedded once. */
export interface ShownEdit {
  readonly id: string;
  readonly instruction?: string;
  readonly addition?: string;
  readonly examples: readonly Pair[];
  readonly tests: readonly (Pair & {
    readonly both?: Image;
    readonly captions?: Yardstick["captions"];
    readonly captionsBoth?: Yardstick["captions"];
    readonly captionAfter?: string;
  })[];
}

/** Reads an edit's pictures. True pictures are brought to the size of their inputs, which is that of results. */
export async function show({ examples, tests, ...edit }: SampledEdit): Promise<ShownEdit> {
  return {
    ...edit,
    examples: await Promise.all(
      examples.map(async ({ before, after }) => ({
        before: await readPicture(before),
        after: await readPicture(after),
      })),
    ),
    tests: await Promise.all(
      tests.map(async ({ before, after, both, captionBefore, captionAfter, captionBoth }) => {
        const input = flatten(await readPicture(before));
        const captions = (text: string | undefined) =>
          captionBefore !== undefined && text !== undefined ? { before: captionBefore, after: text } : undefined;
        const [told, toldBoth] = [captions(captionAfter), captions(captionBoth)];
        return {
          before: input,
          after: fitted(await readPicture(after), input),
          ...(both && { both: fitted(await readPicture(both), input) }),
          ...(told && { captions: told }),
          ...(toldBoth && { captionsBoth: toldBoth }),
          ...(captionAfter !== undefined && { captionAfter }),
        };
      }),
    ),
  };
}

async function runCase(
  evaluation: Evaluation,
  judge: Judge,
  edit: ShownEdit,
  lessons: Lessons,
  row: Row,
  key: CaseKey,
): Promise<void> {
  const ready = await prepare(evaluation, edit, lessons, row, key);
  const started = performance.now();
  const made = await ready();
  const seconds = (performance.now() - started) / 1000;
  const { before: input, after, both, captions, captionsBoth } = edit.tests[key.test]!;
  const hybrid = isHybrid(row);
  const told = hybrid ? captionsBoth : captions;
  const result = fitted(made, input);
  const metrics = await judge.measure(result, {
    input,
    truth: hybrid ? both! : after,
    example: { ...lessons.pairs(key.example, 1)[0]!, change: !hybrid },
    ...(told && { captions: told }),
  });
  const peakMemory = process.resourceUsage().maxRSS * 1024;
  await evaluation.store.add({ ...key, metrics, seconds: Number(seconds.toFixed(3)), peakMemory }, result);
}

/** Gets ready (learns, say), and returns the editing itself. */
async function prepare(
  { model, generator = model, settings, signal }: Evaluation,
  edit: ShownEdit,
  lessons: Lessons,
  { method }: Row,
  { example, test, seed }: CaseKey,
): Promise<() => Image | Promise<Image>> {
  const { before: input, after: truth, captionAfter } = edit.tests[test]!;
  const shown = lessons.pairs(example, 1)[0]!;
  const options = { ...settings.apply, seed, ...(signal && { signal }) };
  const byWords = (words: string) => async () => (await editByWords(model, words, input, options))[0]!;
  switch (method.kind) {
    case "copy":
      return () => input;
    case "paste":
      return () => shown.after;
    case "colours":
      return () => applyColours(fitColours(shown.before, fitted(shown.after, shown.before)), input);
    case "truth":
      return () => truth;
    case "floor":
      return () => throughAutoencoder(model, truth);
    case "ip2p":
      return byWords(edit.instruction!);
    case "hybrid-words":
      return byWords(edit.addition!);
    case "caption":
      return byWords(await lessons.caption(example, 1));
    case "sdedit": {
      const { strength, steps } = settings.sdedit;
      return () => sdedit(generator, captionAfter!, input, { ...options, steps, sdeditStrength: strength });
    }
    case "learned": {
      const instruction = await lessons.instruction(method.lesson, example);
      return async () => (await apply(model, instruction, input, { ...options, noise: method.noise }))[0]!;
    }
    case "hybrid": {
      const instruction = await lessons.instruction(method.lesson, example);
      const joined = method.splice === "none" ? {} : { with: edit.addition!, splice: method.splice };
      return async () => (await apply(model, instruction, input, { ...options, ...joined }))[0]!;
    }
  }
}

/** What the autoencoder alone makes of a picture: no edit can come nearer to the truth than about this. */
async function throughAutoencoder(model: Model, picture: Image): Promise<Image> {
  const { resolution } = model.parts.editDefaults;
  const fittedPicture = fitToModel(picture, { resolution, multiple: model.multiple });
  return restore(await model.decode(await model.encode(fittedPicture)), picture);
}
