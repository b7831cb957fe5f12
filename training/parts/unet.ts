import { add, concat, input, type Tensor } from "../../src/graph/index.ts";
import { type ClipTextConfig, clipText, tokenEmbedding, type UNetConfig, unet } from "../../src/models/index.ts";
import { mse } from "../../src/nn/index.ts";
import { NoiseSchedule, parseSchedulerConfig } from "../../src/schedulers/index.ts";
import type { ClipTokenizer } from "../../src/tokenizer/index.ts";
import type { Scope } from "../../src/weights/index.ts";
import type { UNetSettings } from "../config.ts";
import { stack } from "../dataset.ts";
import { likePyTorch } from "../initialise.ts";
import type { Latents } from "../latents.ts";
import type { Loss, Task } from "../loop.ts";
import { schedulerConfig } from "../model-configs.ts";

/** What the UNet learns from: encoded pairs, their instructions, and the trained text encoder, frozen. */
export interface UNetSources {
  readonly latents: Latents;
  readonly instructions: readonly string[];
  readonly tokenizer: ClipTokenizer;
  readonly text: { readonly config: ClipTextConfig; readonly scope: Scope };
}

/** InstructPix2Pix: noised latents of the after image, beside those of the before image, are told the instruction. */
export function unetTask(settings: UNetSettings, config: UNetConfig, seed: bigint, sources: UNetSources): Task {
  const { batch: n, dropText, dropImage, dropBoth, textNoise } = settings;
  const { latents, instructions, tokenizer, text } = sources;
  const schedule = new NoiseSchedule(parseSchedulerConfig(schedulerConfig(settings.scheduler)));
  return {
    name: "unet",
    seed,
    schedule: { ...settings, warmup: settings.warmup ?? 200 },
    optimiser: { betas: [0.9, 0.99], weightDecay: 0.01 },
    initialise: likePyTorch,
    stage: () => "pairs",
    loss: (scope) => unetLoss(scope, config, text, n),
    batch(_, random) {
      const rows = Array.from({ length: n }, (_, i) => {
        const index = random.randint(0, instructions.length, 1)[0]!;
        // One timestep from each of n equal stretches: every batch sees all levels of noise.
        const t = Math.floor(((i + random.random24()) * schedule.length) / n);
        const fate = random.random24();
        const words = fate >= dropBoth + dropText;
        const picture = fate >= dropBoth && !(words && fate < dropBoth + dropText + dropImage);
        const after = latents.read(index, "after").map((x) => x * latents.scalingFactor);
        const before = latents.read(index, "before");
        const noise = random.randn(after.length);
        return {
          t,
          words,
          ids: tokenizer.encode(words ? instructions[index]! : "").ids,
          before: picture ? before : before.fill(0),
          sample: schedule.addNoise(after, noise, t),
          target: schedule.target(after, noise, t),
        };
      });
      const each = text.config.positions * text.config.width;
      return {
        sample: stack(n, (i) => rows[i]!.sample),
        image_latents: stack(n, (i) => rows[i]!.before),
        target: stack(n, (i) => rows[i]!.target),
        timestep: Float32Array.from(rows, ({ t }) => t),
        ids: BigInt64Array.from(rows.flatMap(({ ids }) => [...ids])),
        // Written words only: the empty text is what guidance steers away from, and always the same.
        text_noise: stack(n, (i) => random.randn(each).map((x) => (rows[i]!.words ? x * textNoise : 0))),
      };
    },
  };
}

/**
 * `sample`, `image_latents`, `target` [N, C, H, W], `timestep` [N], `ids` [N, T], `text_noise` [N, T, E]: a little noise on the states makes the
 * network forgiving towards instructions that are learned and not written.
 */
function unetLoss(scope: Scope, config: UNetConfig, text: UNetSources["text"], n: number): Loss {
  const { sampleSize: side, outChannels: channels, inChannels } = config;
  const ids = input("ids", [n, text.config.positions], "int64");
  const states: Tensor = clipText(text.scope, text.config, tokenEmbedding(text.scope, text.config, ids)); // [N, T, E]
  const told = add(states, input("text_noise", states.shape));
  const seen = concat(
    [input("sample", [n, channels, side, side]), input("image_latents", [n, inChannels - channels, side, side])],
    1,
  ); // [N, 2C, H, W]
  const prediction = unet(scope, config, seen, input("timestep", [n]), told);
  return { loss: mse(prediction, input("target", prediction.shape)) };
}
