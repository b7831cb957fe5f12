import { existsSync, statSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { VisiiError } from "../errors.ts";
import { readCheckpoint, type TokenizerFolder } from "./checkpoint.ts";
import type { ModelFolder } from "./folder.ts";
import { fileSource, openModelFolder } from "./node.ts";
import { isPickle, PICKLE_REFUSED } from "./pickle.ts";

/**
 * The model at `path`: a folder, or a single `.safetensors` file in the original naming of Stable Diffusion 1.x. The tokenizer of such a
 * file is looked for in `tokenizer/` beside it, beside it itself, then in the folders that `tokenizers` names.
 *
 * @throws VisiiError `model` if it holds no model that is read here, a pickle among others; `io` if it can't be read.
 */
export async function openModel(path: string, tokenizers: () => readonly string[] = () => []): Promise<ModelFolder> {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (!isFolder && isPickle(path)) throw new VisiiError("model", `${path}: ${PICKLE_REFUSED}.`, { file: path });
  if (isFolder || !path.endsWith(".safetensors")) return openModelFolder(path);
  const source = await fileSource(path);
  const file = await realpath(path); // the runtime follows no links
  const beside = dirname(path);
  return readCheckpoint(source, {
    root: dirname(file),
    location: basename(file),
    tokenizers: [join(beside, "tokenizer"), beside, ...tokenizers()].map(tokenizerFolder),
  });
}

function tokenizerFolder(folder: string): TokenizerFolder {
  return {
    name: folder,
    exists: async (file) => existsSync(join(folder, file)),
    open: (file) => fileSource(join(folder, file)),
  };
}
