import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { writeError } from "./atomic.ts";

/** Who holds a claim. */
interface Holder {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
}

/**
 * Takes a piece of work for this process, if no other that is alive has it: a file at `path`, as long as the claim is held. One that a killed process of
 * this machine has left behind is taken over. It spares work; where two hold the same claim for a moment, nothing may break. Throws `VisiiError("io")`.
 */
export async function claim(path: string): Promise<AsyncDisposable | undefined> {
  const own: Holder = { id: randomBytes(8).toString("hex"), host: hostname(), pid: process.pid };
  if (!(await create(path, own))) {
    const other = await holderOf(path);
    if (other && isAlive(other)) return undefined;
    const aside = `${path}.${own.id}`;
    await rename(path, aside).catch(() => {});
    await rm(aside, { force: true });
    if (!(await create(path, own))) return undefined;
  }
  return {
    async [Symbol.asyncDispose]() {
      if ((await holderOf(path))?.id === own.id) await rm(path, { force: true });
    },
  };
}

async function create(path: string, holder: Holder): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    await file.writeFile(JSON.stringify(holder)).finally(() => file.close());
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw writeError(path, error);
  }
}

/** Undefined where there is no claim, or half a one. */
async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

/** Whether the holder still runs. Of another machine nobody knows, so it counts as alive. */
function isAlive({ host, pid }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
