import { readFile } from "node:fs/promises";
import { VisiiError } from "../errors.ts";

/** A file's bytes. Throws `VisiiError("input")`, in one sentence. */
export async function readInput(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      ENOENT: "does not exist",
      ENOTDIR: "does not exist",
      EISDIR: "is a folder, not a file",
      EACCES: "may not be read: permission denied",
    };
    throw new VisiiError(
      "input",
      `${path} ${reasons[code ?? ""] ?? `cannot be read: ${message}`}.`,
      { path },
      { cause },
    );
  }
}
