import { join } from "node:path";
import { parseClipConfig, parseClipTextConfig, parseUNetConfig, parseVaeConfig } from "../src/models/index.ts";
import { noiseSeed } from "../src/rng/index.ts";
import { type PartName, parts, settingsOf, type TrainingConfig } from "./config.ts";
import { Pairs } from "./dataset.ts";
import { readPart, readTokenizer, writeJson, writePart, writeTokenizer } from "./export.ts";
import { encodePictures, pairLatents } from "./latents.ts";
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
import { clipTask } from "./parts/clip.ts";
import { unetTask } from "./parts/unet.ts";
import { vaeTask } from "./parts/vae.ts";
import { learnBytePairs } from "./vocabulary.ts";

export interface RecipeOptions extends Omit<LoopOptions, "onStep"> {
  readonly config: TrainingConfig;
  /** The folder with `train/` and, if there is one, `scenes/`, as `npm run train:data` writes them. */
  readonly data: string;
  readonly onStep?: (part: PartName, entry: LogEntry) => void;
}

/** Pictures whose latents tell the scaling factor. */
const MEASURED = 256;

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

  // Latents are diffused with deviation 1: what the trained encoder gives is measured.
  const write = (scale: number) =>
    writePart(modelFolder(out), "vae", vaeConfig(settings.model, config.resolution, scale), state);
  await write(1);
  const vae = await readPart(modelFolder(out), "vae");
  const network = { config: parseVaeConfig(vae.config), scope: vae.scope };
  const latents = await encodePictures(network, pairs, "after", Math.min(MEASURED, pairs.length), runtime);
  await write(Number((1 / deviation(latents)).toPrecision(5)));
}

async function trainClip(options: RecipeOptions, pairs: Pairs): Promise<void> {
  const { config, out } = options;
  const settings = settingsOf(config, "clip");
  const texts = pairs.records.flatMap(({ before, after, instruction }) => [before, after, instruction]);
  const pieces = learnBytePairs(texts, settings.merges ?? 1500);
  const json = clipConfig(settings.model, config.resolution, Object.keys(pieces.vocab).length);
  const clip = parseClipConfig(json);
  const folder = modelFolder(out);
  await writeTokenizer(folder, pieces, clip.text.positions);
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
  const task = unetTask(settings, parseUNetConfig(json), seedOf("unet", config), {
    latents: await pairLatents(join(out, "latents.safetensors"), encoder, pairs, runtime),
    instructions: pairs.records.map(({ instruction }) => instruction),
    tokenizer: readTokenizer(folder),
    text: { config: textSettings, scope: text.scope },
  });
  const state = await train(task, loop("unet", options));
  await writePart(folder, "unet", json, state);
  await writeJson(
    join(folder, "scheduler", "scheduler_config.json"),
    schedulerConfig(settings.prediction ?? "v_prediction"),
  );
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

function deviation(x: Float32Array): number {
  let [sum, squares] = [0, 0];
  for (const value of x) {
    sum += value;
    squares += value * value;
  }
  return Math.sqrt(squares / x.length - (sum / x.length) ** 2);
}
