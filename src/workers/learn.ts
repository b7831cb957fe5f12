import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { estimateLearning } from "../core/estimate.ts";
import { settle } from "../core/settings.ts";
import { isVisiiError } from "../errors.ts";
import { writeFileAtomic } from "../files/atomic.ts";
import { encodeImage, type LearnRun, learn, type Pair, presetOf, readImage } from "../index.ts";
import { checkMemory } from "./memory.ts";
import type { LoadedModels } from "./models.ts";
import type { LearnEvent, LearnResult, LearnTask } from "./protocol.ts";

/** The state is kept at every checkpoint, and at the latest after so long, in milliseconds; writing it takes at most a twentieth of the time. */
const [SAVE_AFTER, SAVE_SHARE] = [2000, 20];

/** Tells an event; resolves when whoever listens has dealt with it. */
type Emit = (event: LearnEvent) => Promise<void>;

/** Denoising steps of a preview, at most. */
const PREVIEW_STEPS = 20;

/**
 * Learns, and keeps the state in the task's checkpoint on the way; one that is there is gone on from. When the signal fires, the state is kept and the
 * best checkpoint so far is the result.
 */
export async function learnEdit(
  task: LearnTask,
  models: LoadedModels,
  emit: Emit,
  signal: AbortSignal,
): Promise<LearnResult> {
  const pairs: Pair[] = [];
  for (const { before, after } of task.pairs)
    pairs.push({ before: await readImage(before), after: await readImage(after) });
  const model = await models.get(task.model);
  emit({ kind: "model", identity: model.parts.identity });
  const { init, preset } = task;
  const settings = { ...(preset && presetOf(model.parts, preset)), ...task.settings, ...(init && { init }) };
  checkMemory(estimateLearning(model, pairs[0]!.before, settle(model.parts.learnDefaults, settings)), "Learning");
  const previewSteps = task.previews ? Math.min(PREVIEW_STEPS, model.parts.editDefaults.steps) : 0;
  const resume = existsSync(task.checkpoint) && { resume: new Uint8Array(await readFile(task.checkpoint)) };
  const run = learn(model, { pairs, ...settings, ...resume, previewSteps, signal });
  try {
    await follow(run, task.checkpoint, emit);
  } catch (error) {
    if (!isVisiiError(error, "aborted")) throw error;
    await save(run, task.checkpoint, emit);
    return { ...best(run), stopped: true };
  }
  return { instruction: (await run.result).toBytes(), stopped: false };
}

async function follow(run: LearnRun, checkpointFile: string, emit: Emit): Promise<void> {
  let due = performance.now() + SAVE_AFTER;
  for await (const { step, steps, loss, tried = false, checkpoint, preview } of run) {
    emit({ kind: "step", step, steps, loss, tried });
    if (checkpoint) {
      const picture = preview && { picture: await encodeImage(preview, "png") };
      emit({ kind: "preview", step, ...checkpoint, ...picture });
    }
    const began = performance.now();
    if (!checkpoint && began < due) continue;
    await save(run, checkpointFile, emit);
    const ended = performance.now();
    due = ended + Math.max(SAVE_AFTER, SAVE_SHARE * (ended - began));
  }
}

async function save(run: LearnRun, checkpointFile: string, emit: Emit): Promise<void> {
  const state = run.state();
  if (!state) return;
  await emit({ kind: "saving" });
  await writeFileAtomic(checkpointFile, state);
  emit({ kind: "saved" });
}

/** The earliest of the checkpoints with the lowest validation loss. */
function best({ checkpoints }: LearnRun): Pick<LearnResult, "instruction"> {
  const [first, ...others] = checkpoints;
  if (!first) return {};
  const best = others.reduce((best, next) => (next.validation < best.validation ? next : best), first);
  return { instruction: best.instruction.toBytes() };
}
