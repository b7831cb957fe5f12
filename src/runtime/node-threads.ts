import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/**
 * How many threads pay: the physical cores that this process may use. Two threads on one core share its arithmetic units, so convolutions
 * gain nothing from the second. Where the system does not tell cores from threads, the threads count.
 */
export function defaultThreads(): number {
  return Math.max(1, Math.min(availableParallelism(), physicalCores() ?? Number.POSITIVE_INFINITY));
}

function physicalCores(): number | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    return countCores(readFileSync("/proc/cpuinfo", "utf8"));
  } catch {
    return undefined;
  }
}

/** The distinct pairs of package and core in the text of `/proc/cpuinfo`; undefined if it does not name them (ARM does not). */
export function countCores(cpuinfo: string): number | undefined {
  const cores = new Set<string>();
  for (const processor of cpuinfo.split(/\n\s*\n/)) {
    const core = /^core id\s*:\s*(\d+)/m.exec(processor)?.[1];
    if (core !== undefined) cores.add(`${/^physical id\s*:\s*(\d+)/m.exec(processor)?.[1]}/${core}`);
  }
  return cores.size === 0 ? undefined : cores.size;
}
