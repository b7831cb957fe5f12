/**
 * What a model's own CLIP knows, on pictures kept out of training: `npm run bench:clip -- [--model tiny] [--pictures 200] [--edits 30] [--seed 1]
 * [--threads N] [--out FILE]`. Retrieval: a picture's own caption is nearer than every other, and the other way round; chance is one in as many.
 * Directions: how alike Δ = image after − image before is for one edit in four pictures, how alike for different edits, and how often the edit's own
 * words are the nearest of all edits' words to its Δ. Means with 95 % intervals, by a bootstrap over pictures or edits.
 */
import { parseArgs } from "node:util";
import { clusterBootstrap, type Interval } from "../src/eval/statistics.ts";
import { writeFileAtomic } from "../src/files/atomic.ts";
import { loadClip } from "../src/index.ts";
import { cosine, type Embedding } from "../src/metrics/index.ts";
import { cases, editPair, heldOutEdits, trainedEdits } from "../training/data/index.ts";
import { size } from "../training/data/size.ts";
import { across, direction, retrieved, within } from "./clip/measure.ts";
import { byTurns } from "./edits/choose.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "tiny" },
    pictures: { type: "string", default: "200" },
    edits: { type: "string", default: "30" },
    seed: { type: "string", default: "1" },
    threads: { type: "string" },
    out: { type: "string" },
  },
});
const [pictures, count, seed] = [Number(values.pictures), Number(values.edits), Number(values.seed)];
const clip = await loadClip(values.model, values.threads ? { threads: Number(values.threads) } : {});
const seen = (data: Uint8Array) => clip.imageEmbeds({ width: size, height: size, data });

const shown = new Map<string, Uint8Array>();
for (let index = 0; shown.size < pictures; index++) {
  const { record, after } = await editPair("test", seed, index);
  if (!shown.has(record.after)) shown.set(record.after, after);
}
const images: Embedding[] = [];
const texts: Embedding[] = [];
for (const [caption, pixels] of shown) {
  images.push(await seen(pixels));
  texts.push(await clip.textEmbeds(caption));
}

const edits = byTurns([...trainedEdits, ...heldOutEdits], seed).filter(
  ({ needs }) => needs === undefined || needs === "object",
);
const chosen = edits.slice(0, count);
const groups: Embedding[][] = [];
const words: Embedding[] = [];
for (const edit of chosen) {
  const { pairs, instruction } = await cases({ edit, split: "test", pairs: 4, tests: 0, seed });
  const own: Embedding[] = [];
  for (const { before, after } of pairs) own.push(direction(await seen(before), await seen(after)));
  groups.push(own);
  words.push(await clip.textEmbeds(instruction));
}
const named = groups.map((own, i) =>
  own.map((change) =>
    words.every((other, j) => j === i || cosine(change, other) < cosine(change, words[i]!)) ? 1 : 0,
  ),
);

const each = (found: readonly number[]) => clusterBootstrap(found.map((value) => [value]));
const results: Record<string, Interval | undefined> = {
  [`picture → caption, first of ${pictures} (chance ${(1 / pictures).toFixed(3)})`]: each(retrieved(images, texts)),
  [`caption → picture, first of ${pictures}`]: each(retrieved(texts, images)),
  "Δ of one edit in different pictures, cosine": clusterBootstrap(groups.map(within)),
  "Δ of different edits, cosine": each(across(groups)),
  [`Δ → words, first of ${chosen.length} (chance ${(1 / chosen.length).toFixed(3)})`]: clusterBootstrap(named),
};
for (const [what, found] of Object.entries(results)) {
  const [mean, low, high] = [found!.mean, found!.low, found!.high].map((value) => value.toFixed(3));
  process.stdout.write(`${mean} [${low}, ${high}]  ${what}\n`);
}
if (values.out) await writeFileAtomic(values.out, `${JSON.stringify(results, null, 2)}\n`);
await clip.release();
