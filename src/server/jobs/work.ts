import type { EditSettings, LearnSettings } from "../../core/settings.ts";
import type { EditTask, Identity, LearnEvent, LearnTask } from "../../workers/protocol.ts";
import type { WorkThread } from "../../workers/thread.ts";
import type { JobFiles } from "../store/jobs.ts";
import type { Library } from "../store/library.ts";
import type { Pictures } from "../store/pictures.ts";
import { addLoss, addPreview, type EditJob, type JobRecord, type LearnJob } from "./record.ts";

/** What the work on jobs needs. */
export interface Workplace {
  readonly pictures: Pictures;
  readonly library: Library;
  readonly files: JobFiles;
  readonly learner: WorkThread;
  readonly editor: WorkThread;
  readonly onModel: (identity: Identity) => void;
  /** The record has changed. */
  readonly onChange: (record: JobRecord) => void;
  /** It has, in a way that is worth a write: resolves when that is done, or its failure told. */
  readonly keep: (record: JobRecord) => Promise<void>;
}

/** How it ended: what there is to show, and whether it was stopped before its end. */
export interface Outcome {
  readonly result: { readonly instruction?: string; readonly pictures?: string[] };
  readonly stopped: boolean;
}

/** Learns; the instruction is called as the job is, so that done twice it is there once. */
export async function performLearning(record: LearnJob, place: Workplace, signal: AbortSignal): Promise<Outcome> {
  const { pictures, library, files, learner } = place;
  const { pairs, name, init, preset, previews = true, steps, lr, seed, tokens } = record.request;
  const task: LearnTask = {
    model: record.model,
    pairs: pairs.map(({ before, after }) => ({ before: pictures.path(before), after: pictures.path(after) })),
    ...(init && { init }),
    ...(preset && { preset }),
    settings: given<LearnSettings>({ steps, lr, seed, tokens }),
    previews,
    checkpoint: files.checkpoint(record.id),
  };
  const pace = new Pace();
  let writing: Promise<unknown> = Promise.resolve();
  const onEvent = (event: LearnEvent) => {
    if (event.kind === "model") place.onModel(event.identity);
    if (event.kind === "step") {
      const { step, steps, loss, tried } = event;
      record.progress = { step, steps, secondsLeft: tried ? null : pace.left(step, steps), loss };
      addLoss(record, step, loss);
      place.onChange(record);
    }
    if (event.kind === "preview") {
      const { step, validation, best, picture } = event;
      writing = writing.then(async () => {
        const id = picture && { picture: await pictures.add(picture) };
        addPreview(record, { step, validation, best, ...id });
        place.onChange(record);
      });
    }
    if (event.kind === "saving") return writing.then(() => place.keep(record));
    if (event.kind === "saved") {
      record.attempts = 0;
      return place.keep(record);
    }
  };
  const { instruction, stopped } = await learner.call("learn", task, { signal, onEvent });
  await writing;
  const pair = pairs[0]!;
  const described = { id: record.id, ...pair, ...(name && { name }), ...(preset && { preset }) };
  const kept = instruction && (record.cancelling || !stopped) && (await library.add(instruction, described));
  return { result: kept ? { instruction: kept.id } : {}, stopped };
}

export async function performEdit(record: EditJob, place: Workplace, signal: AbortSignal): Promise<Outcome> {
  const { pictures, library, editor } = place;
  const { picture, instruction: id, words, model: _, ...settings } = record.request;
  const instruction = id === undefined ? undefined : library.get(id);
  const task: EditTask = {
    model: record.model,
    picture: { path: pictures.path(picture), hash: picture },
    ...(instruction && {
      instruction: { path: library.path(instruction.id), name: instruction.name, hash: instruction.hash },
    }),
    ...(words && { words }),
    settings: given<EditSettings>(settings),
  };
  const pace = new Pace();
  const result = await editor.call("edit", task, {
    signal,
    onEvent: (event) => {
      if (event.kind === "model") place.onModel(event.identity);
      else {
        const { step, steps } = event;
        record.progress = { step, steps, secondsLeft: pace.left(step, steps) };
        place.onChange(record);
      }
    },
  });
  return { result: { pictures: [await pictures.add(result.picture)] }, stopped: false };
}

/** An object without its undefined values. */
function given<T>(options: { readonly [Key in keyof T]?: T[Key] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** How fast steps follow one another. */
class Pace {
  private first: { readonly step: number; readonly time: number } | undefined;

  /** Seconds that the rest will take; null while nobody knows. */
  left(step: number, steps: number, now = performance.now()): number | null {
    this.first ??= { step, time: now };
    const counted = step - this.first.step;
    if (counted === 0) return null;
    return Number((((steps - step) * (now - this.first.time)) / counted / 1000).toFixed(1));
  }
}
