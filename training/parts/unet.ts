import { concat, input } from "../../src/graph/index.ts";
import { type UNetConfig, unet } from "../../src/models/index.ts";
import { mse } from "../../src/nn/index.ts";
import type { Generator } from "../../src/rng/index.ts";
import { NoiseSchedule, parseSchedulerConfig } from "../../src/schedulers/index.ts";
import type { Scope } from "../../src/weights/index.ts";
import type { UNetSettings } from "../config.ts";
import { stack } from "../dataset.ts";
import { likePyTorch } from "../initialise.ts";
import type { Latents } from "../latents.ts";
import type { Loss, Task } from "../loop.ts";
import { schedulerConfig } from "../model-configs.ts";
import type { Texts } from "../texts.ts";

/** What the UNet learns from: the pairs and their instructions, encoded by the trained VAE and text encoder. */
export interface UNetSources {
  readonly latents: Latents;
  readonly texts: Texts;
  /** By pair. */
  readonly instructions: readonly string[];
  /** T, rows of a text's states. */
  readonly tokens: number;
}

/** InstructPix2Pix: noised latents of the after image, beside those of the before image, are told the instruction. */
export function unetTask(settings: UNetSettings, config: UNetConfig, seed: bigint, sources: UNetSources): Task {
  const { batch: n, dropText, dropImage, dropBoth, textNoise, timestepPower } = settings;
  const { latents, texts, instructions, tokens } = sources;
  const schedule = new NoiseSchedule(parseSchedulerConfig(schedulerConfig(settings.scheduler)));
  return {
    name: "unet",
    seed,
    schedule: { ...settings, warmup: settings.warmup ?? 200 },
    optimiser: { betas: [0.9, 0.99], weightDecay: 0.01 },
    initialise: likePyTorch,
    stage: () => "pairs",
    loss: (scope) => unetLoss(scope, config, tokens, n),
    batch(_, random) {
      const rows = Array.from({ length: n }, (_, i) => {
        const index = random.randint(0, instructions.length, 1)[0]!;
        // One timestep from each of n stretches: every batch sees all levels of noise.
        const t = Math.floor(((i + random.random24()) / n) ** timestepPower * schedule.length);
        const fate = random.random24();
        const words = fate >= dropBoth + dropText;
        const picture = fate >= dropBoth && !(words && fate < dropBoth + dropText + dropImage);
        const after = latents.read(index, "after").map((x) => x * latents.scalingFactor);
        const before = latents.read(index, "before");
        const noise = random.randn(after.length);
        return {
          t,
          // Written words only are blurred: the empty text is what guidance steers away from, and always the same.
          states: words ? blurred(texts.of(instructions[index]!), textNoise, random) : texts.of(""),
          before: picture ? before : before.fill(0),
          sample: schedule.addNoise(after, noise, t),
          target: schedule.target(after, noise, t),
        };
      });
      return {
        sample: stack(n, (i) => rows[i]!.sample),
        image_latents: stack(n, (i) => rows[i]!.before),
        target: stack(n, (i) => rows[i]!.target),
        timestep: Float32Array.from(rows, ({ t }) => t),
        states: stack(n, (i) => rows[i]!.states),
      };
    },
  };
}

/** A little noise makes the network forgiving towards instructions that are learned and not written. */
function blurred(states: Float32Array, deviation: number, random: Generator): Float32Array {
  const noise = random.randn(states.length);
  return states.map((x, i) => x + deviation * noise[i]!);
}

/** `sample`, `image_latents`, `target` [N, C, H, W], `timestep` [N], `states` [N, T, E]. */
export function unetLoss(scope: Scope, config: UNetConfig, tokens: number, n: number): Loss {
  const { sampleSize: side, outChannels: channels, inChannels } = config;
  const seen = [
    input("sample", [n, channels, side, side]),
    input("image_latents", [n, inChannels - channels, side, side]),
  ];
  const states = input("states", [n, tokens, config.crossAttentionWidth]);
  const prediction = unet(scope, config, concat(seen, 1), input("timestep", [n]), states);
  return { loss: mse(prediction, input("target", prediction.shape)) };
}
