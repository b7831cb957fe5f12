import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, extname } from "node:path";

import { estimateLearning } from "../../core/estimate.ts";
import { makeCard } from "../../core/node-card.ts";
import { settle } from "../../core/settings.ts";
import { isVisiiError, VisiiError } from "../../errors.ts";
import { writeFileAtomic } from "../../files/atomic.ts";
import { readInput } from "../../files/read.ts";
import { type ClipEncoder, type Image, type LearnRun, learn, type Pair, readImage, writeImage } from "../../index.ts";
import { type Context, DEVICE, defineCommand } from "../command.ts";
import { announce } from "../estimate.ts";
import { checkWritable, pairFiles, refuseOverwriting, sha256 } from "../files.ts";
import { captionSteps, LEARN, learnSettings } from "../learning.ts";
import { chosenClip, chosenModel, fetchClip } from "../model.ts";
import { misuse } from "../options.ts";
import { duration } from "../progress.ts";
import { type DeviceValues, deviceOptions, given } from "../settings.ts";
import { keptStep, renderStrip } from "../strip.ts";
import { cardFile } from "./card.ts";

export const learnCommand = defineCommand({
  name: "learn",
  summary: "Learns the edit that turns the before pictures into the after pictures, and writes it as an instruction.",
  usage: [
    "BEFORE AFTER [BEFORE AFTER …] -o FILE.safetensors",
    "FOLDER -o FILE.safetensors      with 0_0.png (before), 0_1.png (after), 1_0.png, …",
  ],
  options: {
    output: {
      type: "text",
      short: "o",
      hint: "FILE",
      help: "the instruction, .safetensors; a strip of pictures joins it as .png",
    },
    model: {
      type: "text",
      hint: "NAME",
      help: "tiny (built in), owner/name, ./folder, or ./file.safetensors (default tiny)",
    },
    clip: {
      type: "text",
      hint: "NAME",
      help: "the CLIP that compares pictures: ./folder, owner/name, or none (default: the model's own, or its family's)",
    },
    init: { type: "text", hint: "WORDS", help: "words to start from (default: neutral tokens)" },
    "init-caption": {
      type: "flag",
      help: "without --init: start from a caption of the after pictures, as the paper does",
    },
    "caption-clip": {
      type: "text",
      hint: "NAME",
      help: "the CLIP that finds the caption: ./folder, owner/name (default: the one that compares pictures)",
    },
    "caption-steps": { type: "number", help: "steps of finding it (default 3000, less with a preset)" },
    ...LEARN,
    "guidance-scale": { type: "number", help: "s_T of the guided loss (default 7.5)" },
    "image-guidance-scale": { type: "number", help: "s_I of the guided loss (default 1.5)" },
    seed: { type: "number", help: "seed of timesteps and noises (default 0)" },
    resume: { type: "flag", help: "go on from FILE.checkpoint, which an interrupted run has left" },
    card: {
      type: "text",
      hint: "FILE",
      help: "make an edit card too, .png: it shows the first pair and carries the instruction",
    },
    strip: { type: "flag", help: "the strip of pictures, made unless --no-strip" },
    ...DEVICE,
  },

  async run({ values, positionals }, context) {
    const { report, signal } = context;
    const started = report.seconds;
    const files = pairFiles(positionals);
    const output = outputFile(values.output);
    const checkpointFile = `${output}.checkpoint`;
    const stripFile = values.strip === false ? undefined : output.replace(/\.safetensors$/i, ".png");
    const card = values.card === undefined ? undefined : cardFile(values.card);
    if (card !== undefined && card === stripFile)
      throw misuse(`The strip goes to ${card}; name another file for the card, or leave the strip out: --no-strip.`);
    const outputs = [output, stripFile, card].filter((path) => path !== undefined);
    refuseOverwriting(
      [...outputs, checkpointFile],
      files.flatMap(({ before, after }) => [before, after]),
    );
    for (const path of outputs) checkWritable(path);
    const pairs: Pair[] = [];
    for (const { before, after } of files)
      pairs.push({ before: await readImage(before), after: await readImage(after) });
    const resume = values.resume ? await readCheckpoint(checkpointFile) : undefined;

    const options = { ...deviceOptions(values), ...given({ clip: values.clip }) };
    await using model = await chosenModel(values.model, "tiny", options, context);
    const settings = {
      ...learnSettings(model, values),
      ...given({
        init: values.init,
        seed: values.seed,
        guidanceScale: values["guidance-scale"],
        imageGuidanceScale: values["image-guidance-scale"],
      }),
    };
    const settled = settle(model.parts.learnDefaults, settings);
    if (settled.lambdaClip > 0) await fetchClip(model, values.model, context);
    const estimate = estimateLearning(model, pairs[0]!.before, settled, { lowMemory: values["low-memory"] });
    await announce(estimate, values, "Learning", context);
    await using captioner = await captionerOf(values, context);
    const onCaption = ({ step, steps, similarity }: { step: number; steps: number; similarity: number }) =>
      report.step({ label: "caption", done: step, total: steps, event: { similarity } });
    const initCaption = values["init-caption"]
      ? {
          onStep: onCaption,
          ...given({ clip: captioner, steps: captionSteps(values["caption-steps"], values.preset) }),
        }
      : undefined;
    const onTarget = (done: number, total: number) => report.step({ label: "targets", done, total });
    const onCandidate = (done: number, total: number) => report.step({ label: "candidates", done, total });
    const onTrial = (done: number, total: number) => report.step({ label: "trial", done, total });
    const asked = { pairs, ...settings, ...given({ resume, initCaption }) };
    const run = learn(model, { ...asked, signal, onTarget, onCandidate, onTrial });
    await follow(run, settled.steps, checkpointFile, report);

    const instruction = await run.result;
    await instruction.save(output);
    if (stripFile) {
      const options = {
        model,
        instruction,
        checkpoints: run.checkpoints,
        pair: pairs[0]!,
        title: basename(output),
        signal,
      };
      const onStep = (done: number, total: number) => report.step({ label: "picture strip", done, total });
      await writeStrip(stripFile, await renderStrip({ ...options, onStep }), instruction.toBytes());
    }
    if (card) {
      const name = basename(output, extname(output));
      await writeFileAtomic(card, await makeCard(instruction.toBytes(), { name, ...pairs[0]! }));
    }
    await rm(checkpointFile, { force: true });

    const { checkpoints, losses } = instruction.provenance;
    const kept = keptStep(instruction.provenance);
    const seconds = duration(report.seconds - started);
    const where = [output, stripFile && `how it went to ${stripFile}`, card && `a card to ${card}`];
    report.done(
      outputs,
      `Learned in ${seconds}: wrote step ${kept} of ${losses.length} to ${where.filter(Boolean).join(", and ")}.`,
      {
        step: kept,
        validation: checkpoints.find(([step]) => step === kept)?.[1],
      },
    );
  },
});

/** The CLIP that `--caption-clip` names. */
async function captionerOf(
  values: {
    readonly "caption-clip"?: string | undefined;
    readonly "init-caption"?: boolean | undefined;
  } & DeviceValues,
  context: Context,
): Promise<ClipEncoder | undefined> {
  const name = values["caption-clip"];
  if (name === undefined) return undefined;
  if (!values["init-caption"]) throw misuse("--caption-clip goes with --init-caption.");
  return chosenClip(name, deviceOptions(values), context);
}

function outputFile(path: string | undefined): string {
  if (path === undefined) throw misuse("Name the instruction's file with -o, for example -o edit.safetensors.");
  if (!/\.safetensors$/i.test(path))
    throw misuse(`The instruction's file must end in .safetensors, which ${path} does not.`);
  return path;
}

async function readCheckpoint(path: string): Promise<Uint8Array> {
  if (existsSync(path)) return readInput(path);
  throw new VisiiError("input", `There is no ${path} to go on from; learn without --resume.`, { path });
}

/** Goes through the run; its state is kept at every checkpoint, and when it is interrupted. */
async function follow(run: LearnRun, steps: number, checkpointFile: string, report: Context["report"]): Promise<void> {
  const save = async () => {
    const state = run.state();
    if (state) await writeFileAtomic(checkpointFile, state);
    return state !== undefined;
  };
  let last = { step: 0, steps };
  try {
    for await (const { step, loss, mse, clip, tried, checkpoint } of run) {
      last = { step, steps };
      const event = { mse, clip, ...(checkpoint && { checkpoint }) };
      report.step({ label: tried ? "tried" : "learning", done: step, total: steps, loss, event });
      if (checkpoint) await save();
    }
  } catch (error) {
    if (!isVisiiError(error, "aborted") || !(await save())) throw error;
    const message = `Stopped after step ${last.step} of ${last.steps}; the same command with --resume goes on from ${checkpointFile}.`;
    throw new VisiiError("aborted", message, { ...last, checkpoint: checkpointFile }, { cause: error });
  }
}

async function writeStrip(path: string, strip: Image, instruction: Uint8Array): Promise<void> {
  const made = { command: "learn", instruction: { hash: sha256(instruction) } };
  await writeImage(path, strip, { text: { visii: JSON.stringify(made) } });
}
