import { VisiiError } from "../errors.ts";
import { CachedRepository, sizeOf } from "./cache.ts";
import { Connection } from "./connection.ts";
import { download, partialOf } from "./download.ts";
import { type Environment, hubCache, hubEndpoint, hubToken, isOffline } from "./environment.ts";
import { type Listing, listRepository, type RemoteFile } from "./listing.ts";
import { lock } from "./lock.ts";
import { checkHubName, checkRevision } from "./name.ts";
import { planFiles } from "./plan.ts";
import { checkSpace } from "./space.ts";

/** How much of a model is here. */
export interface PullProgress {
  /** Bytes, those that were here before included. */
  readonly done: number;
  readonly total: number;
  /** Bytes per second, since the first call. */
  readonly rate: number;
  /** What is being fetched, as a path in the model. */
  readonly file: string;
}

export interface PullOptions {
  /** A branch, a tag or a commit. @default "main" */
  readonly revision?: string;
  readonly signal?: AbortSignal;
  /** Called first with what is here already, then about four times a second. */
  readonly onProgress?: (progress: PullProgress) => void;
  /** Called if another process is fetching the same model; it is waited for. */
  readonly onWait?: () => void;
  /** Milliseconds before a failed request is made again; doubled each time. @default 500 */
  readonly pause?: number;
  /** Where `HF_HOME`, `HF_HUB_CACHE`, `HF_ENDPOINT`, `HF_TOKEN` and `HF_HUB_OFFLINE` are read from. @default process.env */
  readonly environment?: Environment;
}

/** A model that is in the cache now. */
export interface PulledModel {
  readonly name: string;
  /** Its folder, which `loadModel` takes, as it does the name. */
  readonly path: string;
  /** The commit. */
  readonly revision: string;
  /** What it takes on the disk, in bytes. */
  readonly size: number;
  /** How much of that was fetched now. */
  readonly fetched: number;
}

/** Milliseconds between two calls of `onProgress`. */
const TICK = 250;

/**
 * Fetches a model from the Hugging Face hub into the cache that Python's huggingface_hub uses too: only the files that visii needs, only those that are not there
 * already, each checked against the hash that the hub announces. An interrupted call is gone on from by the next one.
 *
 * @throws VisiiError `usage` (no such name), `network` (no connection, damaged files), `model` (the hub says no, or it is no model that visii can run), `io` (the
 * disk), `aborted` (the signal).
 */
export async function pullModel(name: string, options: PullOptions = {}): Promise<PulledModel> {
  const { revision = "main", signal, onWait, pause = 500, environment = process.env } = options;
  checkHubName(name);
  checkRevision(revision);
  if (isOffline(environment)) {
    const message = `${name}: HF_HUB_OFFLINE forbids to ask the hub for it; \`HF_HUB_OFFLINE=0 visii models pull ${name}\` does.`;
    throw new VisiiError("network", message, { model: name });
  }
  const endpoint = hubEndpoint(environment);
  const connection = new Connection({ endpoint, token: hubToken(environment), name, revision, signal, pause });
  const cache = new CachedRepository(hubCache(environment), name);
  try {
    const { commit, files } = await listRepository(connection, name, revision);
    const plan = { commit, files: planFiles(name, files) };
    await using _lock = await lock(cache.lock, { signal, onWait });
    const fetched = await fetchBlobs(connection, cache, plan, options.onProgress);
    for (const { path, size, hash } of plan.files) {
      if (!(await cache.has(commit, path, size))) await cache.place(commit, path, hash);
    }
    if (revision !== commit) await cache.writeRef(revision, commit);
    return { name, path: cache.snapshot(commit), revision: commit, size: sum(plan.files), fetched };
  } catch (error) {
    if (!signal?.aborted) throw error;
    const message = `Stopped; what has arrived of ${name} is kept, and the same command goes on from there.`;
    throw new VisiiError("aborted", message, { model: name }, { cause: error });
  }
}

/** Fetches what is not here, and returns how many bytes that was. */
async function fetchBlobs(
  connection: Connection,
  cache: CachedRepository,
  { commit, files }: Listing,
  onProgress: PullOptions["onProgress"],
): Promise<number> {
  const { endpoint, name } = connection.options;
  const missing: { readonly file: RemoteFile; readonly partial: number }[] = [];
  for (const file of files) {
    const here = (await cache.has(commit, file.path, file.size)) || (await sizeOf(cache.blob(file.hash))) === file.size;
    if (here || missing.some((other) => other.file.hash === file.hash)) continue;
    const partial = (await sizeOf(partialOf(cache.blob(file.hash)))) ?? 0;
    missing.push({ file, partial: partial > file.size ? 0 : partial });
  }
  if (missing.length === 0) return 0;
  const total = sum(files);
  const needed = missing.reduce((bytes, { file, partial }) => bytes + file.size - partial, 0);
  const first = total - needed;
  await checkSpace(cache.folder, needed);

  const tell = reporter(total, first, onProgress);
  tell(first, missing[0]!.file.path);
  let before = first;
  for (const { file, partial } of missing) {
    const url = `${endpoint}/${name}/resolve/${commit}/${file.path}`;
    await download(connection, url, file, cache.blob(file.hash), (bytes) => tell(before + bytes - partial, file.path));
    before += file.size - partial;
  }
  return needed;
}

/** Calls `onProgress` now and then, at once the first time and when all is there. */
function reporter(total: number, first: number, onProgress: PullOptions["onProgress"]) {
  const start = performance.now();
  let last = Number.NEGATIVE_INFINITY;
  return (done: number, file: string) => {
    const now = performance.now();
    if (now - last < TICK && done < total) return;
    last = now;
    const seconds = (now - start) / 1000;
    onProgress?.({ done, total, file, rate: seconds > 0 ? Math.max(0, done - first) / seconds : 0 });
  };
}

function sum(files: readonly RemoteFile[]): number {
  return files.reduce((bytes, { size }) => bytes + size, 0);
}
