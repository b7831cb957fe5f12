import { randomBytes } from "node:crypto";
import { open, readFile, rm, stat, utimes } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { writeError } from "../files/atomic.ts";
import { makeFolder } from "./cache.ts";

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once if somebody else has it. */
  readonly onWait?: (() => void) | undefined;
  /** A lock that was not refreshed for this long was left behind, in milliseconds. @default 15000 */
  readonly stale?: number;
}

/**
 * Waits until this process alone holds the lock at `path`, a file that is refreshed as long as it is held. It spares a second process work that the first is doing;
 * no file's soundness depends on it.
 *
 * @throws VisiiError `io`; the signal's reason.
 */
export async function lock(
  path: string,
  { signal, onWait, stale = 15_000 }: LockOptions = {},
): Promise<AsyncDisposable> {
  await makeFolder(dirname(path));
  const id = randomBytes(8).toString("hex");
  for (let waited = false; !(await create(path, id)); waited = true) {
    const { mtimeMs = Date.now() } = (await stat(path).catch(() => undefined)) ?? {};
    if (Date.now() - mtimeMs > stale) {
      await rm(path, { force: true });
      continue;
    }
    if (!waited) onWait?.();
    await sleep(Math.min(500, stale / 4), undefined, signal && { signal });
  }
  const refresh = setInterval(() => utimes(path, new Date(), new Date()).catch(() => {}), stale / 5);
  refresh.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(refresh);
      if ((await readFile(path, "utf8").catch(() => "")) === id) await rm(path, { force: true });
    },
  };
}

async function create(path: string, id: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    await file.writeFile(id).finally(() => file.close());
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw writeError(path, error);
  }
}
