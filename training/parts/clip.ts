import { add, exp, input, minimum, slice, sub } from "../../src/graph/index.ts";
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
    optimiser: { betas: [0.9, 0.98], weightDecay: 0.05 },
    initialise: likeClip,
    stage: () => "pairs",
    loss: (scope) => clipLoss(scope, config, n),
    batch(_, random) {
      const chosen = [...random.randint(0, data.length, n)];
      const records = chosen.map((index) => data.records[index]!);
      const captions = [...records.map((r) => r.before), ...records.map((r) => r.after)];
      const instructions = records.map((r) => r.instruction);
      const ids = [...captions, ...instructions].map((text) => tokenizer.encode(text).ids);
      const picture = (i: number) => toClipTensor(data.picture(chosen[i % n]!, i < n ? "before" : "after"), preprocess);
      return {
        pixels: stack(2 * n, picture),
        ids: BigInt64Array.from(ids.flatMap((row) => [...row])),
        rows: pooledRows(
          config.text,
          ids.map((row) => Array.from(row, Number)),
        ),
        same_captions: twins(captions),
        same_instructions: twins(instructions),
      };
    },
  };
}

/**
 * `pixels` [2N, 3, S, S]: N before, N after; `ids` [3N, T]: their captions, then the instructions; `rows` [3N]: their end tokens; `same_captions`
 * [2N, 2N], `same_instructions` [N, N].
 */
function clipLoss(scope: Scope, config: ClipConfig, n: number): Loss {
  const { imageSize, channels } = config.vision;
  const images = normalize(clipImageEmbeds(scope, config, input("pixels", [2 * n, channels, imageSize, imageSize]))); // [2N, P]
  const ids = input("ids", [3 * n, config.text.positions], "int64");
  const rows = input("rows", [3 * n], "int64");
  const texts = clipTextEmbeds(scope, config, tokenEmbedding(scope, config.text, ids), rows); // [3N, P]
  const scale = exp(minimum(logitScale(scope), LARGEST_LOGIT_SCALE));
  const captions = contrastive(images, slice(texts, 0, 0, 2 * n), scale, input("same_captions", [2 * n, 2 * n]));
  const changes = sub(slice(images, 0, n, 2 * n), slice(images, 0, 0, n)); // [N, P]
  const edits = contrastive(changes, slice(texts, 0, 2 * n, 3 * n), scale, input("same_instructions", [n, n]));
  return { loss: add(captions, edits), report: { captions, edits } };
}

/** [N, N]: 1 where two different rows have the same text. */
function twins(texts: readonly string[]): Float32Array {
  return Float32Array.from(texts.flatMap((a, i) => texts.map((b, j) => Number(i !== j && a === b))));
}
