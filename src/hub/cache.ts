import { existsSync, readdirSync, readFileSync } from "node:fs";
import { copyFile, link, mkdir, rm, stat, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { writeError, writeFileAtomic } from "../files/atomic.ts";

/**
 * The place of one model in the cache that Python's huggingface_hub uses as well: `blobs/` has the files, named by their hashes; `snapshots/COMMIT/`
 * has the tree, whose files are links to them; `refs/REVISION` has the commit that a branch or a tag stood for.
 */
export class CachedRepository {
  /** The absolute folder, which need not exist yet. */
  readonly folder: string;
  /** The file that says who is fetching. */
  readonly lock: string;

  constructor(cache: string, name: string) {
    const folder = `models--${name.replace("/", "--")}`;
    this.folder = join(cache, folder);
    this.lock = join(cache, ".locks", folder, "visii.lock");
  }

  blob(hash: string): string {
    return join(this.folder, "blobs", hash);
  }

  snapshot(commit: string): string {
    return join(this.folder, "snapshots", commit);
  }

  /** The snapshot of a branch, a tag or a commit; without one that of `main`, or else any that is there. Undefined if there is no model in it. */
  find(revision?: string): string | undefined {
    const name = revision ?? "main";
    const ref = join(this.folder, "refs", name);
    const commit = existsSync(ref) ? readFileSync(ref, "utf8").trim() : name;
    const others = revision === undefined ? subfolders(join(this.folder, "snapshots")).reverse() : [];
    return [commit, ...others].map((each) => this.snapshot(each)).find(isModel);
  }

  /** @throws VisiiError `io`. */
  async writeRef(revision: string, commit: string): Promise<void> {
    const path = join(this.folder, "refs", revision);
    await makeFolder(dirname(path));
    await writeFileAtomic(path, commit);
  }

  /**
   * Puts a blob into a snapshot: by a relative link, which Python makes too; where links are not allowed, by a second name for the same file, or by a copy.
   *
   * @throws VisiiError `io`.
   */
  async place(commit: string, path: string, hash: string): Promise<void> {
    const [place, blob] = [join(this.snapshot(commit), path), this.blob(hash)];
    await makeFolder(dirname(place));
    try {
      await rm(place, { force: true });
      const target = relative(dirname(place), blob);
      await symlink(target, place).catch(() => link(blob, place).catch(() => copyFile(blob, place)));
    } catch (error) {
      throw writeError(place, error);
    }
  }

  /** Whether the snapshot has a file of this size in this place, which leads to its blob or was put there as it is. */
  async has(commit: string, path: string, size: number): Promise<boolean> {
    return (await sizeOf(join(this.snapshot(commit), path))) === size;
  }
}

/** The size of a file in bytes, behind links too; undefined if there is none. */
export async function sizeOf(path: string): Promise<number | undefined> {
  const info = await stat(path).catch(() => undefined);
  return info?.isFile() ? info.size : undefined;
}

/** @throws VisiiError `io`. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw writeError(path, error);
  }
}

/** A pipeline of diffusers', or a single network with its weights: Python leaves a configuration alone where only a tokenizer was asked for. */
export function isModel(path: string): boolean {
  if (existsSync(join(path, "model_index.json"))) return true;
  return existsSync(join(path, "config.json")) && readdirSync(path).some((name) => name.includes(".safetensors"));
}

/** The names of the folders in a folder, sorted; none if there is no such folder. */
export function subfolders(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
