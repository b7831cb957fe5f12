import { join } from "node:path";
import { parseClipConfig, parseClipTextConfig, parseUNetConfig, parseVaeConfig } from "../src/models/index.ts";
import { noiseSeed } from "../src/rng/index.ts";
import { type PartName, parts, settingsOf, type TrainingConfig } from "./config.ts";
import { Pairs } from "./dataset.ts";
import { readPart, readTokenizer, writeJson, writePart, writeTokenizer } from "./export.ts";
import { encodePictures, pairLatents, sides } from "./latents.ts";
import { type LogEntry, type LoopOptions, train } from "./loop.ts";
import {
  clipConfig,
  modelIndex,
  preprocessorConfig,
  schedulerConfig,
  textConfig,
  unetConfig,
  vaeConfig,
} from "./model-configs.ts";
import { normaliseLatents } from "./normalise.ts";
import { clipTask } from "./parts/clip.ts";
import { unetTask } from "./parts/unet.ts";
import { vaeTask } from "./parts/vae.ts";
import { Texts } from "./texts.ts";
import { learnBytePairs } from "./vocabulary.ts";

export interface RecipeOptions extends Omit<LoopOptions, "onStep"> {
  readonly config: TrainingConfig;
  /** The folder with `train/` and, if there is one, `scenes/`, as `npm run train:data` writes them. */
  readonly data: string;
  readonly onStep?: (part: PartName, entry: LogEntry) => void;
}

/** Pairs whose latents tell their mean and deviation. */
const MEASURED = 512;

/**
 * Trains one part and writes it into the model folder `<out>/model`. The UNet needs the folder's VAE, text encoder and tokenizer, so it comes
 * last; when it is done, the folder is whole.
 */
export async function trainPart(part: PartName, options: RecipeOptions): Promise<void> {
  using pairs = new Pairs(join(options.data, "train"), options.config.resolution);
  await { vae: trainVae, clip: trainClip, unet: trainUNet }[part](options, pairs);
}

/** The folder that the trained parts are written to. */
export function modelFolder(out: string): string {
  return join(out, "model");
}

async function trainVae(options: RecipeOptions, pairs: Pairs): Promise<void> {
  const { config, data, out, runtime } = options;
  const settings = settingsOf(config, "vae");
  const scenesFolder = join(data, "scenes");
  using scenes = Pairs.exist(scenesFolder) ? new Pairs(scenesFolder, config.resolution) : undefined;
  const sources = { train: pairs, scenes, resolution: config.resolution };
  const state = await train(vaeTask(settings, seedOf("vae", config), sources), loop("vae", options));

  const folder = modelFolder(out);
  const json = vaeConfig(settings.model, config.resolution);
  const network = parseVaeConfig(json);
  await writePart(folder, "vae", json, state);
  const raw = { config: network, scope: (await readPart(folder, "vae")).scope };
  const count = Math.min(MEASURED, pairs.length);
  const latents: Float32Array[] = [];
  for (const side of sides) latents.push(await encodePictures(raw, pairs, side, count, runtime));
  normaliseLatents(state, network.latentChannels, (config.resolution / network.factor) ** 2, latents);
  await writePart(folder, "vae", json, state);
}

async function trainClip(options: RecipeOptions, pairs: Pairs): Promise<void> {
  const { config, out } = options;
  const settings = settingsOf(config, "clip");
  const texts = pairs.records.flatMap(({ before, after, instruction }) => [before, after, instruction]);
  const { vocabulary, minFrequency = 20, maxLength } = settings.tokenizer;
  const pieces = learnBytePairs(texts, vocabulary, minFrequency);
  const json = clipConfig(settings, Object.keys(pieces.vocab).length);
  const clip = parseClipConfig(json);
  const folder = modelFolder(out);
  await writeTokenizer(folder, pieces, maxLength);
  const task = clipTask(settings, clip, seedOf("clip", config), pairs, readTokenizer(folder));
  const state = await train(task, loop("clip", options));
  await writePart(folder, "clip", json, state);
  await writeJson(join(folder, "clip", "preprocessor_config.json"), preprocessorConfig(clip.vision.imageSize));
  await writePart(folder, "text_encoder", textConfig(json), state, (key) => key.startsWith("text_model."));
}

async function trainUNet(options: RecipeOptions, pairs: Pairs): Promise<void> {
  const { config, out, runtime } = options;
  const settings = settingsOf(config, "unet");
  const folder = modelFolder(out);
  const [vae, text] = [await readPart(folder, "vae"), await readPart(folder, "text_encoder")];
  const vaeSettings = parseVaeConfig(vae.config);
  const textSettings = parseClipTextConfig(text.config);
  const side = config.resolution / vaeSettings.factor;
  const json = unetConfig(settings.model, side, vaeSettings.latentChannels, textSettings.width);
  const encoder = { ...vae, config: vaeSettings };
  const instructions = pairs.records.map(({ instruction }) => instruction);
  const words = { config: textSettings, scope: text.scope, tokenizer: readTokenizer(folder) };
  const task = unetTask(settings, parseUNetConfig(json), seedOf("unet", config), {
    latents: await pairLatents(join(out, "latents.safetensors"), encoder, pairs, runtime),
    texts: await Texts.encode(instructions, words, runtime),
    instructions,
    tokens: textSettings.positions,
  });
  const state = await train(task, loop("unet", options));
  await writePart(folder, "unet", json, state);
  await writeJson(join(folder, "scheduler", "scheduler_config.json"), schedulerConfig(settings.scheduler));
  await writeJson(join(folder, "visii.json"), {
    name: config.name ?? "tiny",
    version: "1",
    resolution: config.resolution,
  });
  await writeJson(join(folder, "model_index.json"), modelIndex);
}

function loop(part: PartName, { runtime, out, resume, signal, onStep }: RecipeOptions): LoopOptions {
  return {
    runtime,
    out,
    ...(resume !== undefined && { resume }),
    ...(signal && { signal }),
    ...(onStep && { onStep: (entry: LogEntry) => onStep(part, entry) }),
  };
}

/** Each part draws its own random numbers. */
function seedOf(part: PartName, { seed }: TrainingConfig): bigint {
  return BigInt(noiseSeed(seed, parts.indexOf(part)));
}
