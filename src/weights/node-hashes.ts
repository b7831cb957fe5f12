import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../files/atomic.ts";
import { cacheHome } from "../files/home.ts";

/** Bytes from which a file's hash is worth remembering: less is read in a tenth of a second. */
const LARGE = 64 * 2 ** 20;

/** What a hash was computed from: a file that was written since, or replaced, has another state. */
interface Remembered {
  readonly path: string;
  readonly state: string;
  readonly sha256: string;
}

/**
 * The sha256 (hex) of a file. Of a large one it is remembered beside other caches, for as long as its size, its times and its place on the disk stay what
 * they are, so that gigabytes are read once and not at every start. Throws what reading the file throws; a cache that can't be kept is done without.
 */
export async function sha256Of(path: string, { large = LARGE, cache = join(cacheHome(), "hashes") } = {}) {
  const { size, mtimeNs, ctimeNs, ino, dev } = await stat(path, { bigint: true });
  if (size < large) return computed(path);
  const state = [size, mtimeNs, ctimeNs, ino, dev].join(" ");
  const file = join(cache, `${createHash("sha256").update(path).digest("hex")}.json`);
  const known = await remembered(file);
  if (known?.path === path && known.state === state) return known.sha256;
  const sha256 = await computed(path);
  await keep(cache, file, { path, state, sha256 }).catch(() => {});
  return sha256;
}

async function computed(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}

async function remembered(file: string): Promise<Remembered | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Remembered;
  } catch {
    return undefined;
  }
}

async function keep(cache: string, file: string, entry: Remembered): Promise<void> {
  await mkdir(cache, { recursive: true });
  await writeFileAtomic(file, JSON.stringify(entry));
}
