import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { VisiiError } from "../../errors.ts";
import { writeError } from "../../files/atomic.ts";
import { claim } from "../../files/claim.ts";

/** The folders of the data folder. */
export interface Home {
  readonly pictures: string;
  readonly instructions: string;
  /** Deleted instructions, for some days. */
  readonly trash: string;
  readonly jobs: string;
}

/**
 * Opens the data folder for this process alone, as long as it is not disposed of; what a killed process has left half-written is removed. Throws
 * `VisiiError`: `conflict` where another server has it, `io` where it can't be written.
 */
export async function openHome(folder: string): Promise<Home & AsyncDisposable> {
  const inside = (name: string) => join(folder, name);
  const home = {
    pictures: inside("pictures"),
    instructions: inside("instructions"),
    trash: inside("trash"),
    jobs: inside("jobs"),
  };
  for (const path of Object.values(home)) {
    await mkdir(path, { recursive: true, mode: 0o700 }).catch((error) => {
      throw writeError(path, error);
    });
  }
  const file = inside("server.claim");
  const held = await claim(file);
  if (!held) {
    const message = `Another visii server uses ${folder}; stop it, or set VISII_HOME to another folder (if none runs, remove ${file}).`;
    throw new VisiiError("conflict", message, { folder });
  }
  for (const path of [home.pictures, home.instructions, home.trash]) await sweep(path);
  return { ...home, [Symbol.asyncDispose]: () => held[Symbol.asyncDispose]() };
}

/** What a file of ours says; undefined where it is damaged. */
export function parsed<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

/** Removes files under a passing name, which their writer has not renamed. */
export async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (/^\..*\.tmp$/.test(name)) await rm(join(folder, name), { force: true });
  }
}
