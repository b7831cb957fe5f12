import { basename } from "node:path";
import { estimateEdit } from "../core/estimate.ts";
import { madeText, type Origin } from "../core/made.ts";
import { settle } from "../core/settings.ts";
import { VisiiError } from "../errors.ts";
import { readInput } from "../files/read.ts";
import { decodeImage, type EditOptions, type EditSettings, type Image, type Model, writeImage } from "../index.ts";
import type { Context } from "./command.ts";
import { announce, type Place } from "./estimate.ts";
import { makeFolderOf, type Route, sha256 } from "./files.ts";
import type { Options, Values } from "./options.ts";
import { duration } from "./progress.ts";
import { given } from "./settings.ts";

/** Options of the commands that edit pictures. */
export const EDIT = {
  output: {
    type: "text",
    short: "o",
    hint: "FILE|FOLDER",
    help: "the picture, .png, .jpg or .webp; a folder for several",
  },
  model: {
    type: "text",
    hint: "NAME",
    help: "tiny (built in), owner/name, ./folder, or ./file.safetensors (default tiny)",
  },
  strength: { type: "number", help: "how far to go, 0 (not at all) to 2 (exaggerated) (default 1)" },
  "guidance-scale": {
    type: "number",
    help: "how strongly the instruction is followed, 0 to 100 (default: the model's)",
  },
  "image-guidance-scale": {
    type: "number",
    help: "how closely the picture is kept to, 0 to 100 (default: the model's)",
  },
  steps: { type: "number", help: "denoising steps (default: the model's)" },
  seed: { type: "number", help: "seed of the noise (default 0)" },
  noise: {
    type: "choice",
    choices: ["random", "fixed", "authors"],
    help: "from the seed, or the noises of training again (default random)",
  },
  resolution: { type: "number", help: "longer side of the picture as the model sees it, in pixels" },
} as const satisfies Options;

/** The settings among the values of `EDIT`. */
export function editSettings(values: Values<typeof EDIT>): Partial<EditSettings> {
  return given({
    strength: values.strength,
    guidanceScale: values["guidance-scale"],
    imageGuidanceScale: values["image-guidance-scale"],
    steps: values.steps,
    seed: values.seed,
    noise: values.noise,
    resolution: values.resolution,
  });
}

export interface Work {
  readonly model: Model;
  /** Where it computes. */
  readonly place: Place;
  readonly routes: readonly Route[];
  readonly settings: Partial<EditSettings>;
  /** What else is needed to repeat it, written into every PNG. */
  readonly provenance: Omit<Origin, "picture">;
  /** The library call for one picture. */
  readonly edit: (image: Image, options: EditOptions) => Promise<Image[]>;
}

/** Edits pictures one after the other; each is written as soon as it is done. */
export async function editFiles(
  { model, place, routes, settings, provenance, edit }: Work,
  context: Context,
): Promise<void> {
  const { report, signal } = context;
  const settled = settle(model.parts.editDefaults, settings);
  const total = routes.length * settled.steps;
  const outputs: string[] = [];
  for (const [i, { input, output }] of routes.entries()) {
    const bytes = await readInput(input);
    const image = await decodeImage(bytes, basename(input));
    if (i === 0) {
      const { bytes: memory, flops } = estimateEdit(model, image, settled);
      await announce({ bytes: memory, flops: flops * routes.length }, place, "Editing", context);
    }
    report.step({ label: "editing", done: i * settled.steps, total });
    const onStep = (step: number) =>
      report.step({ label: "editing", done: i * settled.steps + step, total, event: { picture: input } });
    const results = await edit(image, { ...settings, signal, onStep }).catch((error: VisiiError) => {
      if (error.code !== "aborted") throw error;
      const message = `Stopped after ${i} of ${routes.length} ${routes.length === 1 ? "picture" : "pictures"}.`;
      throw new VisiiError("aborted", message, { outputs }, { cause: error });
    });
    const picture = { name: basename(input), hash: sha256(bytes) };
    makeFolderOf(output);
    await writeImage(output, results[0]!, { text: madeText(model, { ...provenance, picture }, settled) });
    outputs.push(output);
  }
  const what = outputs.length === 1 ? outputs[0] : `${outputs.length} pictures, the last to ${outputs.at(-1)}`;
  report.done(outputs, `Edited in ${duration(report.seconds)}: wrote ${what}.`);
}
