import { VisiiError } from "../errors.ts";
import type { Connection } from "./connection.ts";

/** A file of a model on the hub. */
export interface RemoteFile {
  /** With forward slashes. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** Its name among the blobs: sha256 (64 hex digits) of a large file's bytes, or git's sha1 (40) of a small one. */
  readonly hash: string;
}

/** All that a model consists of at a commit. */
export interface Listing {
  readonly commit: string;
  readonly files: readonly RemoteFile[];
}

/**
 * Asks the hub what a model consists of. `revision` is a branch, a tag or a commit.
 *
 * @throws VisiiError `network` or `model`.
 */
export async function listRepository(connection: Connection, name: string, revision: string): Promise<Listing> {
  const { listFiles, modelInfo } = await import("@huggingface/hub");
  const { endpoint } = connection.options;
  const hub = { hubUrl: endpoint, fetch: fetchThrough(connection) };
  const ask = <T>(question: () => Promise<T>) =>
    connection.persist(question).catch((cause) => {
      connection.options.signal?.throwIfAborted();
      throw cause instanceof VisiiError ? cause : malformed(name, endpoint, cause);
    });
  const { sha: commit } = await ask(() => modelInfo({ ...hub, name, revision, additionalFields: ["sha"] }));
  if (!/^[0-9a-f]{40}$/.test(commit)) throw malformed(name, endpoint);
  const entries = await ask(() => collect(listFiles({ ...hub, repo: name, revision: commit, recursive: true })));
  const files = entries
    .filter(({ type }) => type === "file")
    .map(({ path, size, oid = "", lfs }) => ({ path, size: lfs?.size ?? size, hash: lfs?.oid ?? oid }));
  if (!files.every(isSound)) throw malformed(name, endpoint);
  return { commit, files };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The answer is read at once, so that a connection that breaks half-way is noticed where it can be tried again. */
function fetchThrough(connection: Connection): typeof fetch {
  return (input, init = {}) =>
    connection.request(String(input), init, async ({ response }) => {
      const { status, headers } = response;
      return new Response(await response.arrayBuffer(), { status, headers });
    });
}

/** These become names of files. */
function isSound({ size, hash }: RemoteFile): boolean {
  return Number.isSafeInteger(size) && size >= 0 && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(hash);
}

function malformed(name: string, endpoint: string, cause?: unknown): VisiiError {
  const message = `${name}: what ${endpoint} answers is not what a Hugging Face hub says; check HF_ENDPOINT.`;
  return new VisiiError("network", message, { model: name, endpoint }, { cause });
}
