import { add, concat, exp, input, minimum, mul, slice, sub, type Tensor } from "../../src/graph/index.ts";
import { parseClipPreprocess, toClipTensor } from "../../src/image/clip.ts";
import {
  type ClipConfig,
  clipImageEmbeds,
  clipTextEmbeds,
  logitScale,
  pooledRows,
  tokenEmbedding,
} from "../../src/models/index.ts";
import { contrastive, normalize } from "../../src/nn/index.ts";
import type { Generator } from "../../src/rng/index.ts";
import type { ClipTokenizer } from "../../src/tokenizer/index.ts";
import type { Scope } from "../../src/weights/index.ts";
import type { ClipSettings } from "../config.ts";
import { type Pairs, stack } from "../dataset.ts";
import { likeClip } from "../initialise.ts";
import type { Loss, Task } from "../loop.ts";
import { preprocessorConfig } from "../model-configs.ts";

/** CLIP never lets the inverse temperature grow beyond 100. */
const LARGEST_LOGIT_SCALE = Math.log(100);

/**
 * CLIP with two aims: pictures meet their captions, and the difference of a pair's pictures meets its instruction, so that Δ, the method's
 * CLIP loss and the directional metrics mean something.
 */
export function clipTask(
  settings: ClipSettings,
  config: ClipConfig,
  seed: bigint,
  data: Pairs,
  tokenizer: ClipTokenizer,
): Task {
  const preprocess = parseClipPreprocess(preprocessorConfig(config.vision.imageSize));
  const { batch: n } = settings;
  return {
    name: "clip",
    seed,
    schedule: settings,
    initialise: likeClip,
    stage: () => "pairs",
    loss: (scope) => clipLoss(scope, config, n, settings.direction ?? 1),
    batch(_, random) {
      const chosen = unlikePairs(data, n, random);
      const picture = (i: number) => toClipTensor(data.picture(chosen[i % n]!, i < n ? "before" : "after"), preprocess);
      const records = chosen.map((index) => data.records[index]!);
      const texts = [
        ...records.map((r) => r.before),
        ...records.map((r) => r.after),
        ...records.map((r) => r.instruction),
      ];
      const ids = texts.map((text) => tokenizer.encode(text).ids);
      return {
        pixels: stack(2 * n, picture),
        ids: BigInt64Array.from(ids.flatMap((row) => [...row])),
        rows: pooledRows(
          config.text,
          ids.map((row) => Array.from(row, Number)),
        ),
      };
    },
  };
}

/** `pixels` [2N, 3, S, S]: N before, N after; `ids` [3N, T]: their captions, then the instructions; `rows` [3N]: their end tokens. */
function clipLoss(scope: Scope, config: ClipConfig, n: number, direction: number): Loss {
  const { imageSize, channels } = config.vision;
  const images = normalize(clipImageEmbeds(scope, config, input("pixels", [2 * n, channels, imageSize, imageSize]))); // [2N, P]
  const ids = input("ids", [3 * n, config.text.positions], "int64");
  const rows = input("rows", [3 * n], "int64");
  const texts = clipTextEmbeds(scope, config, tokenEmbedding(scope, config.text, ids), rows); // [3N, P]
  const scale = exp(minimum(logitScale(scope), LARGEST_LOGIT_SCALE));
  const part = (x: Tensor, i: number) => slice(x, 0, i * n, (i + 1) * n); // [N, P]
  const captions = contrastive(images, concat([part(texts, 0), part(texts, 1)], 0), scale);
  const directions = contrastive(sub(part(images, 1), part(images, 0)), part(texts, 2), scale);
  return { loss: add(captions, mul(directions, direction)), report: { captions, directions } };
}

/** Tries for another pair before two of one batch may have the same instruction, which no encoder could tell apart. */
const TRIES = 8;

function unlikePairs(data: Pairs, count: number, random: Generator): number[] {
  const chosen: number[] = [];
  const seen = new Set<string>();
  while (chosen.length < count) {
    let index = 0;
    for (let i = 0; i < TRIES; i++) {
      index = random.randint(0, data.length, 1)[0]!;
      if (!seen.has(data.records[index]!.instruction)) break;
    }
    seen.add(data.records[index]!.instruction);
    chosen.push(index);
  }
  return chosen;
}
