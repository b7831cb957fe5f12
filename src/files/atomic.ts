import { randomBytes } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { open, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { VisiiError } from "../errors.ts";

const REASONS: Readonly<Record<string, (path: string) => string>> = {
  ENOSPC: (path) => `there is no space left on the disk of ${dirname(path)}`,
  EDQUOT: (path) => `the disk quota of ${dirname(path)} is used up, so there is no space left`,
  EFBIG: () => "it would exceed the largest file allowed here",
  EACCES: (path) => `writing in ${dirname(path)} is not permitted`,
  EPERM: (path) => `writing in ${dirname(path)} is not permitted`,
  EROFS: (path) => `${dirname(path)} is read-only`,
  ENOENT: (path) => `the folder ${dirname(path)} does not exist`,
  ENOTDIR: (path) => `${dirname(path)} is not a folder`,
  EISDIR: () => "it is a folder",
  ENAMETOOLONG: () => "its name is too long",
};

/** A failed write as one sentence for people, whatever the system called it. */
export function writeError(path: string, error: unknown): VisiiError {
  if (error instanceof VisiiError) return error;
  const { code = "", message = String(error) } = error as NodeJS.ErrnoException;
  const reason = REASONS[code]?.(path) ?? message;
  return new VisiiError("io", `Cannot write ${path}: ${reason}.`, { path, reason: code }, { cause: error });
}

async function existing(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Closing may itself report a full disk; after another failure only the first counts. */
async function fill(file: FileHandle, bytes: Uint8Array): Promise<void> {
  try {
    await file.writeFile(bytes);
    await file.sync();
  } catch (error) {
    await file.close().catch(() => {});
    throw error;
  }
  await file.close();
}

/**
 * Writes a whole file or nothing: beside its place under a passing name, then renamed, so that readers see the old file or the new one,
 * and a full disk or a crash leaves no half of it. A link is followed; an existing file's permissions are kept. A device or a
 * pipe, which cannot be replaced, is written to directly.
 *
 * @throws VisiiError `io`, one sentence with the path and the reason.
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array | string): Promise<void> {
  let passing: string | undefined;
  try {
    const before = await existing(path);
    if (before?.isDirectory()) throw Object.assign(new Error("is a directory"), { code: "EISDIR" });
    if (before && !before.isFile()) {
      await writeFile(path, bytes);
      return;
    }
    const target = before ? await realpath(path) : path;
    passing = join(dirname(target), `.${basename(target).slice(0, 100)}.${randomBytes(6).toString("hex")}.tmp`);
    const file = await open(passing, "wx", before ? before.mode & 0o777 : 0o666);
    await fill(file, typeof bytes === "string" ? Buffer.from(bytes) : bytes);
    await rename(passing, target);
  } catch (error) {
    if (passing !== undefined) await rm(passing, { force: true }).catch(() => {});
    throw writeError(path, error);
  }
}
