import { VisiiError } from "../errors.ts";
import { parsePythonJson } from "./json.ts";
import { modernise } from "./legacy.ts";
import { isPickle, PICKLE_REFUSED } from "./pickle.ts";
import type { ByteSource } from "./source.ts";
import { mergeWeights, openWeights, type Weights } from "./weights.ts";

/** The files of a model folder, wherever they are kept. Paths are relative, with forward slashes. */
export interface FolderSource {
  /** How errors call the folder. */
  readonly name: string;
  exists(path: string): Promise<boolean>;
  /** @throws VisiiError `model` if there is no such file, `io` if it can't be read. */
  open(path: string): Promise<ByteSource>;
  /** The names of the files directly in a folder; empty if there is no such folder. */
  list(path: string): Promise<readonly string[]>;
  /** The folder (absolute) that `location` counts from: a session's `folder`. Undefined where weights are read into memory. */
  readonly root?: string;
  /** Where an ONNX model finds a file, relative to `root`. */
  location?(path: string): string;
}

/** One part of a model: its own folder with a `config.json`. */
export interface ModelPart {
  /** How errors call it, such as `models/tiny/unet`. */
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: Weights;
}

/** A model in the folder layout of diffusers (with `model_index.json`) or of transformers (with `config.json` alone). */
export interface ModelFolder {
  readonly name: string;
  /** What `folder` a session needs for graphs over these weights. */
  readonly root: string | undefined;
  /** `model_index.json`; undefined in a folder that holds a single model. */
  readonly index: Readonly<Record<string, unknown>> | undefined;
  /** Whether there is such a part, or any other file or folder. */
  has(path: string): Promise<boolean>;
  /** A part by its folder: `unet`; `.` is the folder itself. Reads the configuration and the headers of the weights. */
  part(path: string): Promise<ModelPart>;
  /** Any JSON file of the folder. */
  json(path: string): Promise<Readonly<Record<string, unknown>>>;
  /** Any text file of the folder. */
  text(path: string): Promise<string>;
  /** The files that hold the weights of a part, as paths in the folder. */
  weightFiles(path: string): Promise<readonly string[]>;
  open(path: string): Promise<ByteSource>;
}

/** The names that weights have, best first; `.index.json` appended names their shards. */
const weightNames = [
  "diffusion_pytorch_model.safetensors",
  "model.safetensors",
  "diffusion_pytorch_model.fp16.safetensors",
  "model.fp16.safetensors",
];

/**
 * A model folder. All its methods throw VisiiError `model`, in one sentence that names the file: missing, not JSON, or weights in a format
 * that is refused.
 */
export async function readModelFolder(source: FolderSource): Promise<ModelFolder> {
  const at = (path: string) => (path === "." ? source.name : `${source.name}/${path}`);
  const fail = (path: string, what: string): never => {
    throw new VisiiError("model", `${at(path)}: ${what}.`, { folder: source.name, path });
  };

  const text = async (path: string): Promise<string> => {
    if (!(await source.exists(path))) fail(path, "there is no such file");
    const file = await source.open(path);
    return new TextDecoder().decode(await file.read(0, file.size));
  };

  const json = async (path: string): Promise<Readonly<Record<string, unknown>>> => {
    const content = await text(path);
    let value: unknown;
    try {
      value = parsePythonJson(content);
    } catch {
      fail(path, "it is not valid JSON");
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) fail(path, "expected a JSON object");
    return value as Readonly<Record<string, unknown>>;
  };

  const weightFiles = async (part: string): Promise<readonly string[]> => {
    for (const name of weightNames) {
      const file = join(part, name);
      if (await source.exists(file)) return [file];
      const index = `${file}.index.json`;
      if (await source.exists(index)) return shards(part, index);
      const variant = /^(.*)\.fp16\.safetensors$/.exec(name)?.[1]; // transformers puts the variant elsewhere in this name
      const variantIndex = join(part, `${variant}.safetensors.index.fp16.json`);
      if (variant && (await source.exists(variantIndex))) return shards(part, variantIndex);
    }
    const pickle = (await source.list(part)).find(isPickle);
    if (pickle) fail(join(part, pickle), PICKLE_REFUSED);
    return fail(part, `there are no weights in it (${weightNames.slice(0, 2).join(" or ")})`);
  };

  const shards = async (part: string, index: string): Promise<readonly string[]> => {
    const { weight_map: map } = await json(index);
    const names = typeof map === "object" && map !== null ? [...new Set(Object.values(map))] : [];
    if (names.length === 0) fail(index, "it names no files of weights");
    return names.sort().map((name) => {
      if (typeof name !== "string" || !/^[^/\\]+\.safetensors$/.test(name)) {
        return fail(index, `${JSON.stringify(name)} is no safetensors file beside it`);
      }
      return join(part, name);
    });
  };

  const weights = async (part: string): Promise<Weights> => {
    const files = await weightFiles(part);
    const opened = await Promise.all(
      files.map(async (file) => {
        if (!(await source.exists(file))) fail(file, "this part of the weights is missing");
        return openWeights(await source.open(file), source.location?.(file));
      }),
    );
    return modernise(mergeWeights(at(part), opened));
  };

  const indexed = await source.exists("model_index.json");
  if (!indexed && !(await source.exists("config.json"))) {
    fail(".", "this is no model folder (it has neither model_index.json nor config.json)");
  }
  return {
    name: source.name,
    root: source.root,
    index: indexed ? await json("model_index.json") : undefined,
    has: (path) => source.exists(path),
    async part(path) {
      if (!(await source.exists(path))) fail(path, "this part of the model is missing");
      return { name: at(path), config: await json(join(path, "config.json")), weights: await weights(path) };
    },
    json,
    text,
    weightFiles,
    open: (path) => source.open(path),
  };
}

function join(folder: string, name: string): string {
  return folder === "." ? name : `${folder}/${name}`;
}
