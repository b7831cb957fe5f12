import { readFileSync } from "node:fs";

export interface LoopGolden {
  readonly class: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly steps: number;
  readonly startStep: number;
  readonly eta: number;
  readonly timesteps: number[];
  readonly initNoiseSigma: number;
  readonly first: string;
  readonly firstInput: string;
  readonly trajectory: Readonly<Record<string, string>>;
}

interface ScheduleGolden {
  readonly config: Readonly<Record<string, unknown>>;
  readonly alphasCumprod: string;
  readonly levels: ReadonlyArray<{ readonly t: number; readonly noisy: string; readonly velocity: string }>;
}

interface Golden {
  readonly diffusers: string;
  readonly noise: string[];
  readonly outputs: string[];
  readonly schedules: ScheduleGolden[];
  readonly loops: LoopGolden[];
}

/** What `reference/goldens/make_schedulers.py` wrote. */
export const golden = JSON.parse(
  readFileSync(new URL("../goldens/schedulers/loops.json", import.meta.url), "utf8"),
) as Golden;

/** float32 values, little-endian, from base64. */
export function unpack(text: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  return new Float32Array(bytes.buffer);
}

export const noise = golden.noise.map(unpack);
export const outputs = golden.outputs.map(unpack);

/** The largest difference, relative to the largest value expected. */
export function relativeError(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let scale = 0;
  expected.forEach((value, i) => {
    difference = Math.max(difference, Math.abs(actual[i] - value));
    scale = Math.max(scale, Math.abs(value));
  });
  return difference / scale;
}
