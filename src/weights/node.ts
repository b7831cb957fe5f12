import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { dirname, relative, resolve, sep } from "node:path";
import { VisiiError } from "../errors.ts";
import { type FolderSource, type ModelFolder, readModelFolder } from "./folder.ts";
import { sha256Of } from "./node-hashes.ts";
import { type ByteSource, checkRange } from "./source.ts";

/**
 * A file on this machine, opened anew for every read, so that nothing has to be closed.
 *
 * @param name How errors call it; default: `path`.
 * @throws VisiiError `io` if there is no such file or it can't be read.
 */
export async function fileSource(path: string, name = path): Promise<ByteSource> {
  const { size } = await stat(path).catch((cause) => unreadable(name, cause));
  return {
    name,
    size,
    path: resolve(path),
    async read(offset, length) {
      checkRange(name, size, offset, length);
      const bytes = new Uint8Array(length);
      const file = await open(path).catch((cause) => unreadable(name, cause));
      try {
        for (let at = 0; at < length; ) {
          const { bytesRead } = await file.read(bytes, at, Math.min(length - at, 2 ** 30), offset + at);
          if (bytesRead === 0) throw new VisiiError("io", `${name}: it became shorter while it was read.`, { path });
          at += bytesRead;
        }
      } finally {
        await file.close();
      }
      return bytes;
    },
  };
}

/**
 * The model folder at `path`. Weights stay in their files; where those are links (as in the hub's cache), graphs point to what they lead to,
 * because the runtime follows no links.
 *
 * @throws VisiiError `model` if there is no such folder, or it holds no model.
 */
export async function openModelFolder(path: string): Promise<ModelFolder> {
  const info = await stat(path).catch(() => undefined);
  if (!info) throw new VisiiError("model", `${path}: there is no such folder.`, { folder: path });
  if (!info.isDirectory())
    throw new VisiiError("model", `${path}: this is a file, not a model folder.`, { folder: path });
  return readModelFolder(await folderSource(path));
}

/** A folder on this machine. */
async function folderSource(path: string): Promise<FolderSource> {
  const folder = resolve(path);
  const files = await weightPaths(folder);
  const root = commonFolder([realpathSync(folder), ...files.map((file) => dirname(realPath(file)))]);
  return {
    name: path.replace(/[/\\]+$/, ""),
    root,
    exists: async (file) => existsSync(resolve(folder, file)),
    open: (file) => fileSource(resolve(folder, file), `${path}/${file}`),
    list: (part) => readdir(resolve(folder, part)).catch(() => []),
    location: (file) =>
      relative(root, realPath(resolve(folder, file)))
        .split(sep)
        .join("/"),
  };
}

/** The absolute paths of the weight files in a folder and in the folders (or links to folders) directly in it. */
async function weightPaths(folder: string): Promise<string[]> {
  const entries = await readdir(folder);
  const inside = await Promise.all(
    entries.map(async (entry) => {
      const names = await readdir(resolve(folder, entry)).catch(() => []); // not a folder
      return names.map((name) => `${entry}/${name}`);
    }),
  );
  const names = [...entries, ...inside.flat()].filter((name) => name.endsWith(".safetensors"));
  return names.map((name) => resolve(folder, name));
}

/** A link that leads nowhere stays what it is; opening it tells. */
function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

/** The deepest folder that contains all of these. */
function commonFolder(folders: readonly string[]): string {
  const [first, ...others] = folders;
  let common = first;
  for (const folder of others) {
    while (folder !== common && !folder.startsWith(common.endsWith(sep) ? common : common + sep))
      common = dirname(common);
  }
  return common;
}

/**
 * A model's identity: the sha256 (hex) of what `sha256sum FILE…` prints for its weight files, in the order of their paths. `parts` are the folders
 * that count, such as `["text_encoder", "unet", "vae"]`; `above` is what paths begin with if the folder is itself a part. Reads all weights: about 0.1 s
 * for 40 MB, seconds for gigabytes the first time.
 */
export async function hashWeights(folder: ModelFolder, parts: readonly string[], above = ""): Promise<string> {
  const files = [...new Set((await Promise.all(parts.map((part) => folder.weightFiles(part)))).flat())].sort();
  const total = createHash("sha256");
  for (const file of files) {
    const { path, name } = await folder.open(file);
    const hash = await sha256Of(path ?? "").catch((cause) => unreadable(name, cause));
    total.update(`${hash}  ${above}${file}\n`);
  }
  return total.digest("hex");
}

function unreadable(name: string, cause: unknown): never {
  const { code } = cause as NodeJS.ErrnoException;
  const why =
    code === "ENOENT"
      ? "there is no such file"
      : code === "EACCES"
        ? "reading it is not allowed"
        : `it can't be read (${code})`;
  throw new VisiiError("io", `${name}: ${why}.`, { path: name, code }, { cause });
}
