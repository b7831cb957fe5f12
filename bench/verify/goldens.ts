import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readImage } from "../../src/image/node.ts";
import type { Image } from "../../src/image/pixels.ts";
import { fileSource } from "../../src/weights/node.ts";
import { openSafetensors, readTensor } from "../../src/weights/safetensors.ts";

/** What `reference/full_size/goldens.py` was asked for. */
export interface Facts {
  readonly words: string;
  /** By name, height and width in latents. */
  readonly sizes: Readonly<Record<string, readonly [number, number]>>;
  readonly timestep: number;
  readonly seed: number;
  readonly steps: number;
  readonly learningSteps: number;
  readonly lr: number;
  readonly guidanceScale: number;
  readonly imageGuidanceScale: number;
  readonly lambdaMse: number;
  readonly lambdaClip: number;
}

export interface Goldens {
  readonly facts: Facts;
  readonly before: Image;
  readonly after: Image;
  /** What PyTorch computed, by name. */
  get(name: string): Promise<Float32Array>;
}

export async function readGoldens(folder: string): Promise<Goldens> {
  const file = await openSafetensors(await fileSource(join(folder, "goldens.safetensors")));
  return {
    facts: JSON.parse(await readFile(join(folder, "facts.json"), "utf8")) as Facts,
    before: await readImage(join(folder, "before.png")),
    after: await readImage(join(folder, "after.png")),
    get: async (name) => (await readTensor(file, name)).data as Float32Array,
  };
}

/** One line of the table. */
export interface Row {
  readonly what: string;
  /** ‖ours − theirs‖ / ‖theirs‖ */
  readonly error: number;
  readonly limit: number;
  readonly seconds: number;
}

export function relativeError(ours: Float32Array, theirs: Float32Array): number {
  if (ours.length !== theirs.length) throw new RangeError(`expected ${theirs.length} numbers, got ${ours.length}`);
  let [difference, size] = [0, 0];
  for (const [i, wanted] of theirs.entries()) {
    difference += (ours[i]! - wanted) ** 2;
    size += wanted ** 2;
  }
  return Math.sqrt(difference / size);
}

export function formatRow({ what, error, limit, seconds }: Row): string {
  const verdict = error <= limit ? "met" : "NOT MET";
  return `| ${what} | ${error.toExponential(1)} | ${limit.toExponential(0)} | ${verdict} | ${seconds.toFixed(1)} |`;
}
