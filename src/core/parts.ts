import { VisiiError } from "../errors.ts";
import { input } from "../graph/index.ts";
import { type ClipPreprocess, parseClipPreprocess } from "../image/clip.ts";
import { decodeJob, denoiseJob, encodeJob, imageEmbedsJob, type Part, textJob } from "../jobs/index.ts";
import {
  type ClipConfig,
  type ClipTextConfig,
  clipTextEmbeds,
  logitScale,
  parseClipConfig,
  parseClipTextConfig,
  parseSoftWordsConfig,
  parseUNetConfig,
  parseVaeConfig,
  type SoftWordsConfig,
  softWords,
  TEXT_PROJECTION,
  TOKEN_EMBEDDING,
  tokenEmbedding,
  type UNetConfig,
  type VaeConfig,
} from "../models/index.ts";
import { parseSchedulerConfig, type SchedulerConfig } from "../schedulers/index.ts";
import { ClipTokenizer, fromTokenizerJson } from "../tokenizer/index.ts";
import {
  intoMemory,
  type ModelFolder,
  type ModelPart,
  readFloat32,
  type Scope,
  weightScope,
} from "../weights/index.ts";
import type { ModelIdentity } from "./instruction.ts";
import type { PresetName } from "./presets.ts";
import type { Splice } from "./prompt.ts";
import { type EditSettings, type LearnSettings, PAPER_EDIT, PAPER_LEARN, settle } from "./settings.ts";

/** What a model is for: editing a picture (InstructPix2Pix), or making one from a text. */
export type Task = "edit" | "generate";

/** Everything of a model that its folder tells: networks, tokenizer, scheduler, and its own defaults. */
export interface ModelParts {
  readonly identity: Omit<ModelIdentity, "clipHash">;
  /** The absolute folder that weights are read from, if they lie in files. */
  readonly folder: string | undefined;
  readonly unet: Part<UNetConfig>;
  readonly vae: Part<VaeConfig>;
  readonly text: Part<ClipTextConfig>;
  /** Rows of the token table [V, E]. */
  readonly tokenTable: Float32Array;
  /** The small space of instructions that the model was trained with, if it brings one. */
  readonly softWords: SoftWords | undefined;
  readonly tokenizer: ClipTokenizer;
  readonly scheduler: SchedulerConfig;
  /** For Δ and the CLIP loss. */
  readonly clip: ClipSource;
  readonly learnDefaults: LearnSettings;
  readonly editDefaults: EditSettings;
  /** How the model takes words beside an instruction. */
  readonly splice: Splice;
  /** What the model has for presets, over those that hold for all. */
  readonly presets: Readonly<Partial<Record<PresetName, Partial<LearnSettings>>>>;
}

export interface SoftWords extends Part<SoftWordsConfig> {
  /** The points of the instructions that it knows: [K, D], row by row. */
  readonly known: Float32Array;
  /** sha256 over its weights. */
  readonly hash: string;
}

/** A CLIPModel, which may lie in another folder than the model that learns with it. */
export interface Clip extends Part<ClipConfig> {
  /** How results call it: `openai/clip-vit-large-patch14`, or its folder. */
  readonly name: string;
  readonly preprocess: ClipPreprocess;
  /** sha256 over its weights. */
  readonly hash: string;
  /** The absolute folder that weights are read from, if they lie in files; `text_projection` is in memory, for graphs over the model's folder. */
  readonly folder: string | undefined;
  /** Rows of its token table [V, E], read when asked for. */
  tokenTable(): Promise<Float32Array>;
  /** Its own, or its model's. Throws `VisiiError("model")` where there is none. */
  tokenizer(): Promise<ClipTokenizer>;
}

/** The CLIPModel that goes with a model, opened when it is asked for: only learning needs it. */
export interface ClipSource {
  /** As `loadModel` takes it; undefined where none is known. */
  readonly name: string | undefined;
  /** Undefined if there is to be none. Throws `VisiiError("model")` when it is not there, not sound, or does not fit the model. */
  open(): Promise<Clip | undefined>;
}

/**
 * Reads the networks of an InstructPix2Pix in diffusers' layout (`unet`, `vae`, `text_encoder`, `tokenizer`, `scheduler`). Every parameter is
 * checked against its configuration. `hash` reads all weights of the folders that it is given, so it is called when everything else is known to be
 * sound. Throws `VisiiError("model")`.
 */
export async function readParts(
  folder: ModelFolder,
  hash: (parts: readonly string[]) => Promise<string>,
  task: Task = "edit",
): Promise<Omit<ModelParts, "clip">> {
  if (!folder.index)
    throw new VisiiError(
      "model",
      `${folder.name}: this is a single network; expected a folder with model_index.json, as diffusers saves a pipeline.`,
    );
  const [unetPart, vaePart, textPart] = (await Promise.all(
    ["unet", "vae", "text_encoder"].map((name) => folder.part(name)),
  )) as [ModelPart, ModelPart, ModelPart];
  const own = (await folder.has("visii.json")) ? await folder.json("visii.json") : {};

  const unet = network(unetPart, parseUNetConfig(unetPart.config, `${unetPart.name}/config.json`), (part) =>
    denoiseJob(part, { height: 16, width: 16 }, 4),
  );
  checkTask(task, unet.config, folder.name);
  const vaeConfig = parseVaeConfig(vaePart.config, `${vaePart.name}/config.json`);
  const side = 2 * vaeConfig.factor;
  const vae = network(vaePart, vaeConfig, (part) => [
    encodeJob(part, { height: side, width: side }),
    decodeJob(part, { height: 2, width: 2 }),
  ]);
  const textConfig = parseClipTextConfig(textPart.config, `${textPart.name}/config.json`);
  const text = network(textPart, textConfig, (part) => [
    textJob(part),
    tokenEmbedding(part.scope, part.config, input("ids", [1, 1], "int64")),
  ]);
  const tokenTable = (await readFloat32(textPart.weights, TOKEN_EMBEDDING)).data;
  const words = (await folder.has("soft_words"))
    ? await readSoftWords(await folder.part("soft_words"), textConfig)
    : undefined;

  const tokenizer = await readTokenizer(folder, "tokenizer/");
  const resolution = typeof own.resolution === "number" ? own.resolution : unet.config.sampleSize * vaeConfig.factor;
  const scheduler = parseSchedulerConfig(await folder.json("scheduler/scheduler_config.json"));
  const identity = {
    name: String(own.name ?? folder.name),
    version: String(own.version ?? ""),
    hash: await hash(["text_encoder", "unet", "vae"]),
  };
  const defaults = (own.defaults ?? {}) as {
    learn?: Partial<LearnSettings>;
    apply?: Partial<EditSettings>;
    splice?: Splice;
  };
  const presets = (own.presets ?? {}) as ModelParts["presets"];
  return {
    identity,
    folder: folder.root,
    unet,
    vae,
    text,
    tokenTable,
    softWords: words && { ...words, hash: await hash(["soft_words"]) },
    tokenizer,
    scheduler,
    learnDefaults: settle({ ...PAPER_LEARN, resolution }, defaults.learn ?? {}),
    editDefaults: settle({ ...PAPER_EDIT, resolution }, defaults.apply ?? {}),
    splice: settle({ splice: "authors" as Splice }, defaults).splice,
    presets,
  };
}

/** A network whose parameters were all asked for once, so that what is missing, mis-shaped or left over is told now. */
function network<Config>({ weights }: ModelPart, config: Config, build: (part: Part<Config>) => unknown): Part<Config> {
  const { scope, finish } = weightScope(weights);
  build({ config, scope });
  finish();
  return { config, scope };
}

async function readSoftWords(part: ModelPart, { positions, width }: ClipTextConfig): Promise<Omit<SoftWords, "hash">> {
  const file = `${part.name}/config.json`;
  const config = parseSoftWordsConfig(part.config, file);
  if (config.embedding !== width || config.rows > positions - 2) {
    const message = `${file}: its ${config.rows} rows of ${config.embedding} don't fit into the model's texts, ${positions - 2} rows of ${width}.`;
    throw new VisiiError("model", message, { file });
  }
  const count = config.known.length;
  const words = network(part, config, ({ scope }) => {
    softWords(scope, config, input("points", [1, config.width]), input("prompt_embeds", [1, positions, width]));
    if (count > 0) scope.param("known", [count, config.width]);
  });
  const known = count > 0 ? (await readFloat32(part.weights, "known")).data : new Float32Array();
  return { ...words, known };
}

export interface ReadClipOptions {
  /** How results call it. */
  readonly name: string;
  /** E, if its texts have to be as wide as a model's. */
  readonly width?: number;
  /** For a CLIP that brings none. */
  readonly tokenizer?: ClipTokenizer;
  readonly hash: () => Promise<string>;
}

/** Reads a CLIPModel as thoroughly as `readParts` reads the rest. Throws `VisiiError("model")`. */
export async function readClip(folder: ModelFolder, { name, width, tokenizer, hash }: ReadClipOptions): Promise<Clip> {
  const part = await folder.part(".");
  const config = parseClipConfig(part.config, `${part.name}/config.json`);
  if (width !== undefined && config.text.width !== width) {
    throw new VisiiError(
      "model",
      `${part.name}: this CLIP's texts are of width ${config.text.width}, the model's of width ${width}; name another with --clip, or learn without its loss, with --lambda-clip 0.`,
      { expected: width, width: config.text.width },
    );
  }
  const weights = await intoMemory(part.weights, TEXT_PROJECTION);
  const whole = network({ ...part, weights }, config, ({ scope }) => [
    imageEmbedsJob({ config, scope }),
    textTower(scope, config),
    logitScale(scope),
  ]);
  const preprocess = parseClipPreprocess(await folder.json("preprocessor_config.json"));
  let words = tokenizer && Promise.resolve(tokenizer);
  let table: Promise<Float32Array> | undefined;
  return {
    ...whole,
    name,
    preprocess,
    hash: await hash(),
    folder: folder.root,
    tokenTable: () => {
      table ??= readFloat32(part.weights, TOKEN_EMBEDDING).then(({ data }) => data);
      return table;
    },
    tokenizer: () => {
      words ??= readTokenizer(folder, "", config.text.positions);
      return words;
    },
  };
}

function textTower(scope: Scope, config: ClipConfig) {
  const embeddings = tokenEmbedding(scope, config.text, input("ids", [1, 2], "int64"));
  return clipTextEmbeds(scope, config, embeddings, input("rows", [1], "int64"));
}

/** The tokenizer whose files begin with `prefix`: a folder's name, or nothing. */
export async function readTokenizer(folder: ModelFolder, prefix: string, maxLength?: number): Promise<ClipTokenizer> {
  const json = (file: string) => folder.json(`${prefix}${file}`);
  const has = (file: string) => folder.has(`${prefix}${file}`);
  const optional = async (file: string) => ((await has(file)) ? { value: await json(file) } : {});
  const config = await optional("tokenizer_config.json");
  const special = await optional("special_tokens_map.json");
  const bundled = !(await has("vocab.json")) && (await has("tokenizer.json"));
  const { vocab, merges } = bundled
    ? fromTokenizerJson(await json("tokenizer.json"))
    : { vocab: await json("vocab.json"), merges: await folder.text(`${prefix}merges.txt`) };
  const files = { vocab, merges, config: config.value, specialTokensMap: special.value };
  return new ClipTokenizer(files, maxLength === undefined ? {} : { maxLength });
}

function checkTask(task: Task, { inChannels, outChannels }: UNetConfig, name: string): void {
  if (inChannels === (task === "edit" ? 2 : 1) * outChannels) return;
  const refuse = (message: string): never => {
    throw new VisiiError("model", `${name}: ${message}`, { inChannels, outChannels });
  };
  if (task === "generate") {
    refuse(
      `this is no text-to-image model: its UNet takes ${inChannels} channels, not ${outChannels}; choose one that makes pictures from texts alone.`,
    );
  }
  refuse(
    `this is no InstructPix2Pix: its UNet takes ${inChannels} channels, not ${2 * outChannels}; it makes pictures but does not edit them, choose a model that was trained to edit.`,
  );
}
