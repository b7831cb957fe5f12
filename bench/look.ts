/**
 * The blind look. `npm run bench:look -- draw [--model tiny] [--out docs/look] [--count 40] [--decoys 10] [--seed 13] [--threads N]` learns each case from
 * one pair and writes one sheet for each: the example, input and truth, and a result that may be a decoy. What is one stands in `key.json`. A person looks
 * at the sheets one by one and writes `verdicts.json`, `{"01": {"edit": true, "subject": true, "artefacts": "none" | "slight" | "severe", "note": "…"}}`;
 * `npm run bench:look -- score [--out docs/look]` opens the key.
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeFileAtomic } from "../src/files/atomic.ts";
import { fitToModel, restore } from "../src/image/fit.ts";
import type { Image } from "../src/image/pixels.ts";
import { apply, type Instruction, learn, loadModel, type Model, renderSheet, writeImage } from "../src/index.ts";
import { draw, type Item } from "./look/cases.ts";
import { scoreOf } from "./look/score.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: "string", default: "tiny" },
    out: { type: "string", default: "docs/look" },
    count: { type: "string", default: "40" },
    decoys: { type: "string", default: "10" },
    seed: { type: "string", default: "13" },
    threads: { type: "string" },
  },
});
const [key, verdicts] = [join(values.out, "key.json"), join(values.out, "verdicts.json")];
const read = (file: string) => JSON.parse(readFileSync(file, "utf8"));

/** The result that a sheet shows. A copy goes through the autoencoder too, so that softness does not tell. */
async function resultOf(model: Model, { kind, task }: Item, instruction: Instruction): Promise<Image> {
  const input = task.tests[0]!.before;
  if (kind !== "copy") return (await apply(model, instruction, input))[0]!;
  const { resolution } = model.parts.editDefaults;
  const fitted = fitToModel(input, { resolution, multiple: model.multiple });
  return restore(await model.decode(await model.encode(fitted)), input);
}

async function drawAll(): Promise<void> {
  if (existsSync(key))
    throw new RangeError(
      `${key} is there: a look is drawn once, and judged before the key is opened; give another --out`,
    );
  const items = await draw(Number(values.count), Number(values.decoys), Number(values.seed));
  await using model = await loadModel(values.model, values.threads ? { threads: Number(values.threads) } : {});
  mkdirSync(values.out, { recursive: true });
  for (const item of items) {
    const { id, task, taught } = item;
    const instruction = await learn(model, { pairs: [taught.pairs[0]!] }).result;
    const [pair, test] = [task.pairs[0]!, task.tests[0]!];
    const sheet = await renderSheet({
      title: `Sheet ${id}`,
      columns: ["example before", "example after", "input", "truth", "result"],
      rows: [
        {
          label: "",
          images: [pair.before, pair.after, test.before, test.after, await resultOf(model, item, instruction)],
        },
      ],
      ...{ cell: 128, arrows: [0], breaks: [1, 3] },
    });
    await writeImage(join(values.out, `${id}.webp`), sheet);
    process.stderr.write(`${id} of ${items.length}\n`);
  }
  const { name, version } = model.parts.identity;
  const facts = items.map(({ id, kind, task, taught }) => [
    id,
    {
      kind,
      edit: task.edit,
      family: task.family,
      heldOut: task.heldOut,
      taught: taught.edit,
      model: `${name} ${version}`,
    },
  ]);
  await writeFileAtomic(key, `${JSON.stringify(Object.fromEntries(facts), null, 2)}\n`);
}

const [action] = positionals;
if (action === "draw") await drawAll();
else if (action === "score") {
  const { right, cases, accepted, decoys, met } = scoreOf(read(key), read(verdicts));
  process.stdout.write(
    `${right} of ${cases} right, ${accepted} of ${decoys} decoys accepted: ${met ? "met" : "NOT MET"}\n`,
  );
} else throw new RangeError("bench:look can draw and score");
