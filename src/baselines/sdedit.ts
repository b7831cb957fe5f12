import type { EditOptions } from "../core/edit.ts";
import type { Model } from "../core/model.ts";
import { sample } from "../core/sample.ts";
import { settle } from "../core/settings.ts";
import { VisiiError } from "../errors.ts";
import { fitToModel, restore } from "../image/fit.ts";
import type { Image } from "../image/pixels.ts";

export interface SdeditOptions extends EditOptions {
  /** Share of the noise that is mixed into the picture: 0 leaves it as it is, 1 forgets it. @default 0.8, as in diffusers */
  readonly sdeditStrength?: number;
}

/**
 * SDEdit (Meng et al., 2022): the picture with noise mixed in, denoised towards a text that describes the result. By a text-to-image model
 * (`loadModel(name, { task: "generate" })`), or by an InstructPix2Pix with zeros in the place of the image condition, as in its training without
 * pictures. Throws
 * `VisiiError("usage")` for settings out of range.
 */
export async function sdedit(model: Model, words: string, picture: Image, options: SdeditOptions = {}): Promise<Image> {
  const { sdeditStrength: strength = 0.8, signal } = options;
  if (!(strength >= 0 && strength <= 1)) {
    throw new VisiiError("usage", `sdeditStrength must be a number from 0 to 1, got ${strength}`, { strength });
  }
  // Without a picture both unconditional branches are one: ε̂(∅,∅) + s_T (ε̂(c_T,∅) − ε̂(∅,∅)).
  const settings = settle(model.parts.editDefaults, { ...options, imageGuidanceScale: 1 });
  const fitted = fitToModel(picture, { resolution: settings.resolution, multiple: model.multiple });
  const latents = await model.encode(fitted);
  const nothing = { ...latents, data: new Float32Array(latents.data.length) };
  const prompt = await model.prompt(words);
  const from = { latents: latents.data, strength };
  const steps = sample(model, prompt, nothing, { settings, noiseSeed: settings.seed, signal, from });
  let state = await steps.next();
  while (!state.done) state = await steps.next();
  return restore(await model.decode(state.value), picture);
}
