import { createHash, type Hash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { VisiiError } from "../errors.ts";
import { writeError } from "../files/atomic.ts";
import { makeFolder, sizeOf } from "./cache.ts";
import type { Connection } from "./connection.ts";
import type { RemoteFile } from "./listing.ts";

/** Where a file's bytes wait until all have arrived; Python's huggingface_hub goes on from it too. */
export function partialOf(blob: string): string {
  return `${blob}.incomplete`;
}

/**
 * Fetches a file of the hub into `blob`. What an earlier attempt has left is gone on from; bytes are hashed as they arrive, and only a file with the hash
 * that the hub announced gets its name. Bytes are written where they belong, never appended, so that two processes that fetch the same
 * file at once do each other no harm.
 *
 * @param onBytes Called with how much of the file is there.
 * @throws VisiiError `network` (the connection, or a damaged file, whose part is deleted), `model` (refused by the hub), `io` (the disk). What the signal's owner
 * gave as a reason, if it fired; the part stays.
 */
export async function download(
  connection: Connection,
  url: string,
  file: RemoteFile,
  blob: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const partial = partialOf(blob);
  await makeFolder(dirname(blob));
  const digest = await receive(connection, url, file, partial, onBytes);
  if (digest !== file.hash) {
    await rm(partial, { force: true });
    const { name } = connection.options;
    const message = `${name}: ${file.path} arrived damaged (its hash is not the one that the hub announced) and was deleted; the same command fetches it again.`;
    throw new VisiiError("network", message, { model: name, path: file.path, expected: file.hash, actual: digest });
  }
  await rename(partial, blob).catch(async (error) => {
    if ((await sizeOf(blob)) !== file.size) throw writeError(blob, error); // otherwise another process was first
  });
}

/** Fills the partial file, in as many attempts as it takes, and returns the hash of its bytes. */
async function receive(
  connection: Connection,
  url: string,
  file: RemoteFile,
  partial: string,
  onBytes: (bytes: number) => void,
): Promise<string> {
  const handle = await open(partial, constants.O_RDWR | constants.O_CREAT).catch((error) => {
    throw writeError(partial, error);
  });
  try {
    let { hash, at } = await resume(handle, partial, file);
    const attempt = async () => {
      const headers: Record<string, string> = at > 0 ? { range: `bytes=${at}-` } : {};
      await connection.request(url, { headers }, async ({ response, alive }) => {
        if (at > 0 && !continues(response, at)) [hash, at] = [hasher(file), 0];
        for await (const chunk of response.body ?? []) {
          alive();
          hash.update(chunk);
          if (at + chunk.length > file.size) {
            at = file.size; // more than was announced: the hash tells
            break;
          }
          await write(handle, chunk, at, partial);
          at += chunk.length;
          onBytes(at);
        }
      });
      if (at < file.size) throw connection.trouble(`${file.path} broke off after ${at} of ${file.size} bytes`);
    };
    if (at < file.size) await connection.persist(attempt, () => at);
    await handle.truncate(file.size);
    await handle.sync();
    return hash.digest("hex");
  } finally {
    await handle.close();
  }
}

/** Whether the answer begins where we asked it to; servers may send the whole file instead. */
function continues({ status, headers }: Response, at: number): boolean {
  return status === 206 && (headers.get("content-range") ?? "").startsWith(`bytes ${at}-`);
}

/** The hash of what is there already. */
async function resume(handle: FileHandle, partial: string, file: RemoteFile): Promise<{ hash: Hash; at: number }> {
  const { size } = await handle.stat();
  const hash = hasher(file);
  if (size === 0 || size > file.size) return { hash, at: 0 };
  for await (const chunk of createReadStream(partial, { highWaterMark: 2 ** 20, end: size - 1 })) {
    hash.update(chunk as Uint8Array);
  }
  return { hash, at: size };
}

/** Large files are known by the sha256 of their bytes, small ones by the sha1 that git gives them. */
function hasher({ hash, size }: RemoteFile): Hash {
  return hash.length === 64 ? createHash("sha256") : createHash("sha1").update(`blob ${size}\0`);
}

async function write(handle: FileHandle, bytes: Uint8Array, position: number, path: string): Promise<void> {
  try {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
  } catch (error) {
    throw writeError(path, error);
  }
}
