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
  const { batch: n, prediction = "v_prediction", drop = 0.05, textNoise = 0.1 } = settings;
  const { latents, instructions, tokenizer, text } = sources;
  const schedule = new NoiseSchedule(parseSchedulerConfig(schedulerConfig(prediction)));
  return {
    name: "unet",
    seed,
    schedule: settings,
    initialise: likePyTorch,
    stage: () => "pairs",
    loss: (scope) => unetLoss(scope, config, text, n),
    batch(_, random) {
      const rows = Array.from({ length: n }, () => {
        const index = random.randint(0, instructions.length, 1)[0]!;
        const t = random.randint(0, schedule.length, 1)[0]!;
        const fate = random.random24() / drop; // < 1 no words, < 2 neither, < 3 no picture
        const after = latents.read(index, "after").map((x) => x * latents.scalingFactor);
        const before = latents.read(index, "before");
        const noise = random.randn(after.length);
        return {
          t,
          ids: tokenizer.encode(fate < 2 ? "" : instructions[index]!).ids,
          before: fate >= 1 && fate < 3 ? before.fill(0) : before,
          sample: schedule.addNoise(after, noise, t),
          target: schedule.target(after, noise, t),
        };
      });
      const wobble = random.randn(n * text.config.positions * text.config.width);
      return {
        sample: stack(n, (i) => rows[i]!.sample),
        image_latents: stack(n, (i) => rows[i]!.before),
        target: stack(n, (i) => rows[i]!.target),
        timestep: Float32Array.from(rows, ({ t }) => t),
        ids: BigInt64Array.from(rows.flatMap(({ ids }) => [...ids])),
        text_noise: wobble.map((x) => x * textNoise),
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
