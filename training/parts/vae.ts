import { abs, add, input, mean, mul, slice, sub, type Tensor } from "../../src/graph/index.ts";
import { crop, toTensor } from "../../src/image/pixels.ts";
import { parseVaeConfig, sampleLatents, type VaeConfig, vaeDecode, vaeEncode } from "../../src/models/index.ts";
import { gaussianKl, mse } from "../../src/nn/index.ts";
import type { Generator } from "../../src/rng/index.ts";
import type { Scope } from "../../src/weights/index.ts";
import type { VaeSettings } from "../config.ts";
import { type Pairs, stack } from "../dataset.ts";
import { likePyTorch } from "../initialise.ts";
import type { Loss, Task } from "../loop.ts";
import { vaeConfig } from "../model-configs.ts";
import { passThrough } from "../pass-through.ts";

/** Share of the pictures that come from the pairs, where there are scenes too; and of those, the share of edited ones. */
const FROM_PAIRS = 0.85;
const EDITED = 0.75;

/** Pictures that the start is measured on. */
const EXAMPLES = 16;

export interface VaeSources {
  readonly train: Pairs;
  readonly scenes: Pairs | undefined;
  /** Side of whole pictures, in pixels. */
  readonly resolution: number;
}

/** The autoencoder: mostly on crops, which are cheap and full of detail; at the end on whole pictures. */
export function vaeTask(settings: VaeSettings, seed: bigint, sources: VaeSources): Task {
  const { steps, fullPictureShare } = settings;
  const config = parseVaeConfig(vaeConfig(settings.model, sources.resolution));
  const shape = (stage: string) =>
    stage === "whole"
      ? { count: settings.fullBatch, side: sources.resolution }
      : { count: settings.batch, side: Math.min(settings.crop, sources.resolution) };
  return {
    name: "vae",
    seed,
    schedule: settings,
    optimiser: { betas: [0.9, 0.98], weightDecay: 0.01 },
    initialise: likePyTorch,
    async prepare(state, runtime) {
      const shape = [EXAMPLES, config.inChannels, sources.resolution, sources.resolution];
      const { train } = sources;
      const data = stack(EXAMPLES, (i) => toTensor(train.picture(i % train.length, "before")));
      await passThrough(state, config, { dtype: "float32", shape, data }, runtime);
    },
    stage: (step) => (step >= steps * (1 - fullPictureShare) ? "whole" : "crops"),
    loss: (scope, stage) => vaeLoss(scope, config, settings.kl, shape(stage)),
    batch(stage, random) {
      const { count, side } = shape(stage);
      const pixels = stack(count, () => toTensor(anyCrop(sources, side, random)));
      const latents = count * config.latentChannels * (side / config.factor) ** 2;
      return { pixels, noise: random.randn(latents) };
    },
  };
}

/** `pixels` [N, 3, S, S] in −1 … 1 and `noise` for the latents. L1 + L2 + ½ · L1 of the differences between neighbours + kl · KL. */
export function vaeLoss(
  scope: Scope,
  config: VaeConfig,
  kl: number,
  { count, side }: { count: number; side: number },
): Loss {
  const pixels = input("pixels", [count, config.inChannels, side, side]);
  const posterior = vaeEncode(scope, config, pixels);
  const decoded = vaeDecode(scope, config, sampleLatents(posterior, input("noise", posterior.mean.shape)));
  const error = sub(decoded, pixels);
  const squared = mse(decoded, pixels);
  const edges = add(roughness(error, 2), roughness(error, 3));
  const divergence = gaussianKl(posterior.mean, posterior.logvar);
  const picture = add(add(mean(abs(error)), squared), mul(edges, 0.5));
  return { loss: add(picture, mul(divergence, kl)), report: { mse: squared, kl: divergence } };
}

/** The mean absolute difference of neighbours along an axis. */
function roughness(x: Tensor, axis: number): Tensor {
  const n = x.shape[axis]!;
  return mean(abs(sub(slice(x, axis, 1, n), slice(x, axis, 0, n - 1))));
}

function anyCrop({ train, scenes }: VaeSources, side: number, random: Generator) {
  const source = scenes && random.random24() >= FROM_PAIRS ? scenes : train;
  const which = source === train && random.random24() < EDITED ? "after" : "before";
  const picture = source.picture(random.randint(0, source.length, 1)[0]!, which);
  const [left, top] = random.randint(0, picture.width - side + 1, 2);
  return crop(picture, left!, top!, side, side);
}
