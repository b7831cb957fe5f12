import { VisiiError } from "../errors.ts";
import { fitToModel, restore } from "../image/fit.ts";
import type { Image } from "../image/pixels.ts";
import type { Instruction } from "./instruction.ts";
import type { Model } from "./model.ts";
import { hybridPrompts, type PromptEmbeds, type Splice } from "./prompt.ts";
import { checkAborted, sample } from "./sample.ts";
import { type EditSettings, settle } from "./settings.ts";

export interface EditOptions extends Partial<EditSettings> {
  /** Stops between two steps; the promise then rejects with `VisiiError("aborted")`. */
  readonly signal?: AbortSignal;
  /** Called after every denoising step, counted over all pictures. */
  readonly onStep?: (done: number, total: number) => void;
}

export interface ApplyOptions extends EditOptions {
  /** Words that join the instruction: a hybrid instruction. */
  readonly with?: string;
  /** How they are joined. @default the model's own, or "authors" */
  readonly splice?: Splice;
}

type Pictures = Image | readonly Image[];

/**
 * Applies a learned instruction to pictures of any size; results have their pictures' sizes. Throws `VisiiError`: `instruction` when it
 * belongs to another model, `usage` for settings out of range or words that don't fit.
 */
export async function apply(
  model: Model,
  instruction: Instruction,
  pictures: Pictures,
  options: ApplyOptions = {},
): Promise<Image[]> {
  checkFits(model, instruction);
  const { promptEmbeds, provenance } = instruction;
  const { with: words, splice = model.parts.splice } = options;
  const prompts = words ? hybridPrompts(promptEmbeds, await model.prompt(words), splice) : [promptEmbeds];
  return editPictures(model, prompts, pictures, options, provenance.seed);
}

/** Edits pictures by words alone: InstructPix2Pix, the baseline. */
export async function edit(
  model: Model,
  words: string,
  pictures: Pictures,
  options: EditOptions = {},
): Promise<Image[]> {
  return editPictures(model, [await model.prompt(words)], pictures, options);
}

/** The edit itself, for any c_T, or several in turn, each on what the one before has made; `trainingSeed` is the seed whose noises "fixed" uses again. */
export async function editPictures(
  model: Model,
  prompts: readonly PromptEmbeds[],
  pictures: Pictures,
  options: EditOptions,
  trainingSeed?: number,
): Promise<Image[]> {
  const settings = settle(model.parts.editDefaults, options);
  const noiseSeed = settings.noise === "random" ? settings.seed : (trainingSeed ?? settings.seed);
  const list = Array.isArray(pictures) ? (pictures as readonly Image[]) : [pictures as Image];
  const results: Image[] = [];
  let done = 0;
  for (const picture of list) {
    checkAborted(options.signal);
    let latents = await model.encode(
      fitToModel(picture, { resolution: settings.resolution, multiple: model.multiple }),
    );
    for (const prompt of prompts) {
      const steps = sample(model, prompt, latents, { settings, noiseSeed, signal: options.signal });
      let state = await steps.next();
      for (; !state.done; state = await steps.next()) {
        options.onStep?.(++done, list.length * prompts.length * settings.steps);
      }
      latents = state.value;
    }
    results.push(restore(await model.decode(latents), picture));
  }
  return results;
}

/** Throws `VisiiError("instruction")` unless the instruction was learned with this model. */
export function checkFits({ parts }: Model, { promptEmbeds, provenance }: Instruction): void {
  const { identity, text } = parts;
  const { tokens, width } = promptEmbeds;
  const theirs = [provenance.model.name, provenance.model.version].filter(Boolean).join(" ");
  const ours = [identity.name, identity.version].filter(Boolean).join(" ");
  const refuse = (why: string): never => {
    const message = `This instruction was learned with the model ${theirs}, not with ${ours} (${why}); name its model with --model, or learn it again.`;
    throw new VisiiError("instruction", message, { instruction: provenance.model, model: identity });
  };
  if (tokens !== text.config.positions || width !== text.config.width) {
    refuse(
      `it has ${tokens} tokens of width ${width}, the model ${text.config.positions} of width ${text.config.width}`,
    );
  }
  if (provenance.model.hash !== identity.hash) refuse("their weights differ");
}
