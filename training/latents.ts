import { existsSync } from "node:fs";
import { writeFileAtomic } from "../src/files/atomic.ts";
import { input, toOnnx } from "../src/graph/index.ts";
import { toTensor } from "../src/image/pixels.ts";
import { type VaeConfig, vaeEncode } from "../src/models/index.ts";
import type { Runtime } from "../src/runtime/session.ts";
import {
  encodeSafetensors,
  float16ToFloat32,
  float32ToFloat16,
  openSafetensors,
  readTensor,
  type Scope,
} from "../src/weights/index.ts";
import { fileSource } from "../src/weights/node.ts";
import { type Pairs, stack } from "./dataset.ts";

type Which = "before" | "after";
export const sides = ["before", "after"] as const;

/** The latents of all pairs, encoded once (the distribution's mode, not scaled), kept as halves. */
export class Latents {
  constructor(
    private readonly halves: Readonly<Record<Which, Uint16Array>>,
    private readonly each: number,
    /** What the VAE's config says. */
    readonly scalingFactor: number,
  ) {}

  /** [C, H, W] of one picture. */
  read(index: number, which: Which): Float32Array {
    return float16ToFloat32(this.halves[which].subarray(index * this.each, (index + 1) * this.each));
  }
}

export interface Encoder {
  readonly config: VaeConfig;
  readonly scope: Scope;
  /** Names the weights: latents of other weights are not used again. */
  readonly hash: string;
}

const BATCH = 8;

/** The mode of the latents of the first `count` pictures, [count, C, H, W]. */
export async function encodePictures(
  { config, scope }: Pick<Encoder, "config" | "scope">,
  data: Pairs,
  which: Which,
  count: number,
  runtime: Runtime,
): Promise<Float32Array> {
  const { width, height } = data.picture(0, which);
  const shape = [BATCH, config.inChannels, height, width] as const;
  const { mean } = vaeEncode(scope, config, input("pixels", shape));
  await using session = await runtime.load(toOnnx({ latents: mean }));
  const each = mean.shape.slice(1).reduce((a, b) => a * b);
  const all = new Float32Array(count * each);
  for (let start = 0; start < count; start += BATCH) {
    const pixels = stack(BATCH, (i) => toTensor(data.picture(Math.min(start + i, count - 1), which)));
    const { latents } = await session.run({ pixels: { dtype: "float32", shape, data: pixels } });
    all.set((latents!.data as Float32Array).subarray(0, Math.min(BATCH, count - start) * each), start * each);
  }
  return all;
}

/** The latents of all pairs: from `file` if it was made of the same pictures with the same weights, else made now and written there. */
export async function pairLatents(file: string, encoder: Encoder, data: Pairs, runtime: Runtime): Promise<Latents> {
  const metadata = { vae: encoder.hash, pairs: String(data.length) };
  const each = encoder.config.latentChannels * (data.picture(0, "before").width / encoder.config.factor) ** 2;
  const stored = existsSync(file) ? await openSafetensors(await fileSource(file)) : undefined;
  const fits = stored?.metadata.vae === metadata.vae && stored.metadata.pairs === metadata.pairs;
  const halves = {} as Record<Which, Uint16Array>;
  for (const which of sides) {
    halves[which] =
      stored && fits
        ? ((await readTensor(stored, which)).data as Uint16Array)
        : float32ToFloat16(await encodePictures(encoder, data, which, data.length, runtime));
  }
  if (!fits) {
    const tensor = (which: Which) => ({ dtype: "float16" as const, shape: [data.length, each], data: halves[which] });
    await writeFileAtomic(file, encodeSafetensors({ before: tensor("before"), after: tensor("after") }, metadata));
  }
  return new Latents(halves, each, encoder.config.scalingFactor);
}
