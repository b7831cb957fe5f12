/**
 * Writes visii's own test set in InstructPix2Pix's layout, from pictures that are kept out of training:
 * `npm run eval:data -- --out FOLDER [--edits 120] [--composed 40] [--seed 1]`. The same options write the same pictures.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeFileAtomic } from "../src/files/atomic.ts";
import { writeImage } from "../src/image/node.ts";
import type { Scene } from "../training/data/scene.ts";
import { size } from "../training/data/size.ts";
import { draw } from "./testset/draw.ts";

const { values } = parseArgs({
  options: {
    out: { type: "string" },
    edits: { type: "string", default: "120" },
    composed: { type: "string", default: "40" },
    seed: { type: "string", default: "1" },
  },
});
const whole = (name: "edits" | "composed" | "seed"): number => {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new RangeError(`--${name} is a whole number, got ${values[name]}`);
};
const [root, count] = [values.out, whole("edits")];
if (root === undefined) throw new RangeError("name the folder with --out");

const write = (path: string, { pixels }: Scene) =>
  writeImage(path, { width: size, height: size, data: pixels }, { quality: 95 });
const json = (path: string, value: unknown) => writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);

const seeds: [string, string[]][] = [];
for await (const { asked, heldOut, addition, pairs } of draw(count, whole("composed"), whole("seed"))) {
  const { edit, params } = asked;
  const id = `${String(seeds.length).padStart(3, "0")}-${edit.name.replaceAll(" ", "-")}`;
  const folder = join(root, id);
  mkdirSync(folder, { recursive: true });
  for (const [i, { before, after, both }] of pairs.entries()) {
    await write(join(folder, `${i}_0.jpg`), before);
    await write(join(folder, `${i}_1.jpg`), after);
    if (both) await write(join(folder, `${i}_2.jpg`), both);
  }
  const captions = pairs.map(({ before, after, both }) => ({
    input: before.caption,
    output: after.caption,
    ...(both && { both: both.caption }),
  }));
  await json(join(folder, "prompt.json"), {
    input: captions[0]!.input,
    edit: edit.phrases(params)[0],
    output: captions[0]!.output,
    ...(addition && { with: addition.edit.phrases(addition.params)[0] }),
    captions: Object.fromEntries(captions.entries()),
    kind: edit.name,
    family: edit.family,
    heldOut,
    params,
    ...(addition && { addition: addition.edit.name }),
  });
  seeds.push([id, pairs.map((_, i) => String(i))]);
  process.stderr.write(`${seeds.length} of ${count}: ${id}\n`);
}
await json(join(root, "seeds.json"), seeds);
