import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { writeError } from "./atomic.ts";

/** Who holds a claim. */
interface Holder {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
}

/** How long a claim may be half-written while its holder lives, in milliseconds. */
const WRITING = 50;

/** Ids of the claims that this process holds: one with its number and another id is of a process that had the number before. */
const held = new Set<string>();

/**
 * Takes a piece of work for this process, if no other that is alive has it: a file at `path`, as long as the claim is held. One that a killed process of
 * this machine has left behind is taken over. It spares work; where two hold the same claim for a moment, nothing may break. Throws `VisiiError("io")`.
 */
export async function claim(path: string): Promise<AsyncDisposable | undefined> {
  const own: Holder = { id: randomBytes(8).toString("hex"), host: hostname(), pid: process.pid };
  held.add(own.id);
  if ((await create(path, own)) || ((await makeRoom(path, own)) && (await create(path, own)))) {
    return {
      async [Symbol.asyncDispose]() {
        held.delete(own.id);
        if ((await holderOf(path))?.id === own.id) await rm(path, { force: true });
      },
    };
  }
  held.delete(own.id);
  return undefined;
}

/** Removes a claim whose holder is gone; false where it has one. */
async function makeRoom(path: string, { id }: Holder): Promise<boolean> {
  const other = (await holderOf(path)) ?? (await delay(WRITING).then(() => holderOf(path)));
  if (other && isAlive(other)) return false;
  const aside = `${path}.${id}`;
  await rename(path, aside).catch(() => {});
  const moved = await holderOf(aside);
  if (moved && isAlive(moved)) {
    await rename(aside, path); // another was faster: it is that one's
    return false;
  }
  await rm(aside, { force: true });
  return true;
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
function isAlive({ id, host, pid }: Holder): boolean {
  if (host !== hostname()) return true;
  if (pid === process.pid) return held.has(id);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
