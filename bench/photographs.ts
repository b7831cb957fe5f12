/**
 * Pictures of another kind: `npm run bench:photographs -- [--model tiny] [--edits 5] [--photographs 6] [--longest 256] [--seed 1] [--threads N] [--out FILE]`.
 * Each edit is learned from one pair of drawings and applied to photographs that were kept out of training, whole, in their own aspects.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { decodeImage } from "../src/image/node.ts";
import { apply, type Image, learn, loadModel, renderSheet, writeImage } from "../src/index.ts";
import { cases, trainedEdits } from "../training/data/index.ts";
import { photosOf } from "../training/data/pairs.ts";
import { storedBytes } from "../training/data/pictures.ts";
import { size } from "../training/data/size.ts";

/** What anyone knows when they see it. */
const EDITS = ["sepia", "sketch", "night", "duotone", "frame", "watercolour", "winter", "neon"];

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "tiny" },
    edits: { type: "string", default: "5" },
    photographs: { type: "string", default: "6" },
    longest: { type: "string", default: "256" },
    seed: { type: "string", default: "1" },
    threads: { type: "string" },
    out: { type: "string", default: join("out", "photographs.png") },
  },
});
const longest = Number(values.longest);
const photographs: Image[] = [];
for (const { file } of photosOf("test").slice(0, Number(values.photographs))) {
  const fitted = sharp(storedBytes(file)).resize(longest, longest, { fit: "inside" }).png();
  photographs.push(await decodeImage(await fitted.toBuffer()));
}

await using model = await loadModel(values.model, values.threads ? { threads: Number(values.threads) } : {});
const columns: { name: string; pair: Image[]; results: Image[] }[] = [];
for (const name of EDITS.slice(0, Number(values.edits))) {
  const edit = trainedEdits.find((each) => each.name === name)!;
  const { pairs } = await cases({ edit, split: "test", pairs: 1, tests: 0, seed: Number(values.seed) });
  const picture = (data: Uint8Array): Image => ({ width: size, height: size, data });
  const pair = { before: picture(pairs[0]!.before), after: picture(pairs[0]!.after) };
  const instruction = await learn(model, { pairs: [pair] }).result;
  const results: Image[] = [];
  for (const photograph of photographs) results.push((await apply(model, instruction, photograph))[0]!);
  columns.push({ name, pair: [pair.before, pair.after], results });
  process.stderr.write(`${name}\n`);
}

const { name, version } = model.parts.identity;
const sheet = await renderSheet({
  title: "Photographs, edited as drawings were",
  subtitle: `${name} ${version}. The first two rows are the pairs that taught it, all of it that was shown`,
  columns: ["photograph", ...columns.map((each) => each.name)],
  rows: [
    { label: "before", images: [undefined, ...columns.map(({ pair }) => pair[0])] },
    { label: "after", images: [undefined, ...columns.map(({ pair }) => pair[1])] },
    ...photographs.map((photograph, i) => ({
      label: `${photograph.width} × ${photograph.height}`,
      images: [photograph, ...columns.map(({ results }) => results[i])],
    })),
  ],
  ...{ cell: 128, arrows: [], breaks: [0] },
});
await writeImage(values.out, sheet);
process.stdout.write(`${values.out}\n`);
