import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { VisiiError } from "../errors.ts";
import { findModel, isMissing, isOfHub } from "../hub/local.ts";
import type { ClipTokenizer } from "../tokenizer/index.ts";
import { hashWeights, openModelFolder } from "../weights/node.ts";
import { ClipEncoder } from "./clip.ts";
import { type RuntimeOptions, runtimeOf } from "./node-runtime.ts";
import { type Clip, type ClipSource, type ModelParts, readClip, readTokenizer } from "./parts.ts";
import { Sessions } from "./sessions.ts";

/** What says that there is to be no CLIP. */
export const NO_CLIP = "none";

/** The CLIP whose text encoder Stable Diffusion 1.x has, and its width E. */
const LARGE = { name: "openai/clip-vit-large-patch14", width: 768 };

type Wanting = Pick<ModelParts, "identity" | "text" | "tokenizer">;

/**
 * The CLIPModel for the model at `path`: the one that is `named`, else `clip/` in the model's folder or beside its file, else the one that Stable
 * Diffusion 1.x has its text encoder from, if the width is right.
 */
export function clipSource(path: string, model: Wanting, named?: string): ClipSource {
  const { width } = model.text.config;
  const name = named ?? ownClip(path) ?? (width === LARGE.width ? LARGE.name : undefined);
  let clip: Promise<Clip> | undefined;
  return {
    name,
    async open() {
      if (name === NO_CLIP) return undefined;
      const path = locate(name, model);
      clip ??= openClip(path, labelOf(name!, path), { width, tokenizer: model.tokenizer });
      return clip;
    },
  };
}

function ownClip(path: string): string | undefined {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const clip = join(isFolder ? path : dirname(path), "clip");
  return existsSync(join(clip, "config.json")) ? clip : undefined;
}

/** The CLIPModel's folder: of a pipeline its `clip/`. */
function locate(name: string | undefined, { identity }: Wanting): string {
  const refuse = (what: string, way: string): never => {
    const message = `${identity.name}: ${what}; ${way}, or learn without its loss, with --lambda-clip 0.`;
    throw new VisiiError("model", message, { model: identity.name, clip: name });
  };
  if (name === undefined) return refuse("no CLIP is known that goes with this model", "name one with --clip");
  if (isMissing(name)) {
    const what = `the CLIP that it learns with, ${name}, is not on this machine`;
    return refuse(what, `fetch it with \`visii models pull ${name}\``);
  }
  return folderOf(name);
}

/** A CLIPModel's folder: of a pipeline its `clip/`. */
function folderOf(name: string): string {
  const folder = findModel(name);
  return existsSync(join(folder, "model_index.json")) ? join(folder, "clip") : folder;
}

/** How results call it: as the hub does, or by its folder, and by its model's too where that is only `clip`. */
function labelOf(name: string, path: string): string {
  if (isOfHub(name)) return name;
  const folder = resolve(path);
  return basename(folder) === "clip" ? `${basename(dirname(folder))}/clip` : basename(folder);
}

/** Its hash names the files as a model's folder does in which it is `clip/`, wherever it lies. */
async function openClip(
  path: string,
  name: string,
  { width, tokenizer }: { readonly width?: number; readonly tokenizer?: ClipTokenizer },
): Promise<Clip> {
  const folder = await openModelFolder(path);
  const brings = (await folder.has("merges.txt")) || (await folder.has("tokenizer.json"));
  return readClip(folder, {
    name,
    ...(width !== undefined && { width }),
    ...(!brings && tokenizer && { tokenizer }),
    hash: () => hashWeights(folder, ["."], "clip/"),
  });
}

/**
 * Loads a CLIPModel by itself, of any width, for captions and comparisons: a folder, `owner/name`, or a model that has a `clip/`. Throws
 * `VisiiError("model")` when it is not there or not sound.
 */
export async function loadClip(name: string, options: RuntimeOptions = {}): Promise<ClipEncoder> {
  const path = folderOf(name);
  const around = dirname(path);
  const tokenizer = existsSync(join(around, "tokenizer"))
    ? { tokenizer: await readTokenizer(await openModelFolder(around), "tokenizer/") }
    : {};
  const clip = await openClip(path, labelOf(name, path), tokenizer);
  const sessions = new Sessions(await runtimeOf(options), clip.folder, { alive: 4, large: 1 }, options.onNotice);
  return new ClipEncoder(clip, sessions);
}
