import { VisiiError } from "../errors.ts";
import type { FolderSource, ModelFolder } from "./folder.ts";
import { parsePythonJson } from "./json.ts";
import { type LdmPart, ldmParts } from "./ldm.ts";
import { LDM_SCHEDULER, ldmConfigs } from "./ldm-config.ts";
import type { ByteSource } from "./source.ts";
import { openWeights } from "./weights.ts";

/** A folder that may have a tokenizer's `vocab.json` and `merges.txt`. */
export type TokenizerFolder = Pick<FolderSource, "name" | "exists" | "open">;

export interface CheckpointPlaces {
  /** The folder (absolute) of the file, and what it is called there; without them the file is read into memory. */
  readonly root?: string;
  readonly location?: string;
  /** Where to look for the tokenizer, which no such file holds; the best place first. */
  readonly tokenizers: readonly TokenizerFolder[];
}

/** What the file is called as a part of the model, whatever its own name: so that a model's hash outlives a new name. */
const WEIGHTS = "model.safetensors";

const parts: readonly string[] = ["unet", "vae", "text_encoder"] satisfies LdmPart[];
const tokenizerFiles = ["vocab.json", "merges.txt"] as const;

/**
 * A model in a single file, with the original names of Stable Diffusion 1.x, as the folder that diffusers would make of it. Nothing is
 * converted or copied: names, shapes and configurations follow from the file's header.
 *
 * @throws VisiiError `model` if it is not such a file; `text` and `json` do if no tokenizer was found.
 */
export async function readCheckpoint(source: ByteSource, places: CheckpointPlaces): Promise<ModelFolder> {
  const { name } = source;
  const networks = ldmParts(await openWeights(source, places.location));
  const configs = ldmConfigs(networks);
  const json: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    "unet/config.json": configs.unet,
    "vae/config.json": configs.vae,
    "text_encoder/config.json": configs.text_encoder,
    "scheduler/scheduler_config.json": LDM_SCHEDULER,
  };
  const fail = (path: string): never => {
    throw new VisiiError("model", `${name}: a single file has no ${path}.`, { path });
  };

  const text = async (path: string): Promise<string> => {
    const file = tokenizerFiles.find((candidate) => path === `tokenizer/${candidate}`) ?? fail(path);
    return readText(await findTokenizer(name, places.tokenizers, Number(configs.text_encoder.vocab_size)), file);
  };

  return {
    name,
    root: places.root,
    index: { _class_name: "StableDiffusionInstructPix2PixPipeline" },
    has: async (path) =>
      parts.includes(path) || path in json || tokenizerFiles.some((file) => path === `tokenizer/${file}`),
    async part(path) {
      if (!isPart(path)) return fail(path);
      return { name: `${name}: ${path}`, config: configs[path], weights: networks[path] };
    },
    json: async (path) => json[path] ?? (parsePythonJson(await text(path)) as Readonly<Record<string, unknown>>),
    text,
    weightFiles: async (path) => (isPart(path) ? [WEIGHTS] : fail(path)),
    open: async (path) => (path === WEIGHTS ? source : fail(path)),
  };
}

function isPart(path: string): path is LdmPart {
  return parts.includes(path);
}

/** The first folder with a tokenizer of `size` tokens; another one's ids would mean other words. */
async function findTokenizer(
  name: string,
  folders: readonly TokenizerFolder[],
  size: number,
): Promise<TokenizerFolder> {
  for (const folder of folders) {
    const there = await Promise.all(tokenizerFiles.map((file) => folder.exists(file)));
    if (there.includes(false)) continue;
    const vocabulary = JSON.parse(await readText(folder, "vocab.json")) as object;
    if (Object.keys(vocabulary).length === size) return folder;
  }
  throw new VisiiError(
    "model",
    `${name}: such a file does not hold its tokenizer (${tokenizerFiles.join(" and ")}, ${size} tokens); put the tokenizer folder of any Stable Diffusion 1.x model beside it, or fetch one with \`hf download openai/clip-vit-large-patch14 ${tokenizerFiles.join(" ")}\`.`,
    { folders: folders.map((folder) => folder.name) },
  );
}

async function readText(folder: TokenizerFolder, path: string): Promise<string> {
  const file = await folder.open(path);
  return new TextDecoder().decode(await file.read(0, file.size));
}
