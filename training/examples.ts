/**
 * Makes the pictures of a demo from drawings kept out of training: one pair that shows an edit, and pictures to apply it to.
 *
 *   npm run train:examples -- EDIT --out examples/EDIT [--seed 1] [--pictures 4]
 *
 * writes 0_0.png (before), 0_1.png (after), and 1_0.png, 2_0.png, … (before only).
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeImage } from "../src/index.ts";
import { cases, heldOutEdits, trainedEdits } from "./data/index.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string" },
    seed: { type: "string", default: "1" },
    pictures: { type: "string", default: "4" },
  },
});
const edit = [...trainedEdits, ...heldOutEdits].find(({ name }) => name === positionals[0]);
const { out } = values;
if (!edit || !out) {
  const known = [...trainedEdits, ...heldOutEdits].map(({ name }) => name).join(", ");
  throw new Error(`usage: train:examples -- EDIT --out FOLDER [--seed N] [--pictures N]; EDIT is one of ${known}`);
}

const { pairs, tests } = await cases({
  edit,
  split: "test",
  pairs: 1,
  tests: Number(values.pictures),
  seed: Number(values.seed),
});
const write = (name: string, data: Uint8Array) => writeImage(join(out, name), { width: 128, height: 128, data });
mkdirSync(out, { recursive: true });
await write("0_0.png", pairs[0]!.before);
await write("0_1.png", pairs[0]!.after);
for (const [i, { before }] of tests.entries()) await write(`${i + 1}_0.png`, before);
console.log(
  `${out}: ${edit.name}, ${JSON.stringify(pairs[0]!.concept)} shown, ${tests.map(({ concept }) => concept).join(", ")} to try`,
);
