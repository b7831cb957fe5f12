import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { VisiiError } from "../errors.ts";

/**
 * Finds out before the work that there is no room for it. A file system that does not say how much it has is trusted.
 *
 * @throws VisiiError `io`.
 */
export async function checkSpace(folder: string, needed: number): Promise<void> {
  let nearest = resolve(folder);
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  const disk = await statfs(nearest).catch(() => undefined);
  const free = disk ? disk.bavail * disk.bsize : Number.POSITIVE_INFINITY;
  if (needed <= free) return;
  const message = `There are ${inUnits(free)} left on the disk of ${nearest}, but the model needs ${inUnits(needed)}; make room, or name another place with HF_HUB_CACHE.`;
  throw new VisiiError("io", message, { path: nearest, needed, free });
}

function inUnits(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
