/**
 * Makes the pictures of a demo from drawings kept out of training: one pair that shows an edit, and pictures to apply it to.
 *
 *   npm run train:examples -- EDIT --out examples/EDIT [--seed 1] [--pair 1] [--pictures 4]
 *
 * writes 0_0.png (before), 0_1.png (after), 1_0.png, 2_0.png, … (before only), and SOURCES.md, which says whose drawings they are. `--pair 2` shows the edit in the
 * second picture that the seed draws.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeImage } from "../src/index.ts";
import { cases, type Example, heldOutEdits, trainedEdits } from "./data/index.ts";
import { licences } from "./data/licences.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string" },
    seed: { type: "string", default: "1" },
    pair: { type: "string", default: "1" },
    pictures: { type: "string", default: "4" },
  },
});
const edit = [...trainedEdits, ...heldOutEdits].find(({ name }) => name === positionals[0]);
const { out } = values;
if (!edit || !out) {
  const known = [...trainedEdits, ...heldOutEdits].map(({ name }) => name).join(", ");
  throw new Error(
    `usage: train:examples -- EDIT --out FOLDER [--seed N] [--pair N] [--pictures N]; EDIT is one of ${known}`,
  );
}

/** Of a picture that nobody drew. */
const COMPUTED = { set: "computed", licence: "MIT", attribution: "" };
const { pairs, tests } = await cases({
  edit,
  split: "test",
  pairs: Number(values.pair),
  tests: Number(values.pictures),
  seed: Number(values.seed),
});
const pair = pairs.at(-1)!;
const write = (name: string, data: Uint8Array) => writeImage(join(out, name), { width: 128, height: 128, data });
mkdirSync(out, { recursive: true });
await write("0_0.png", pair.before);
await write("0_1.png", pair.after);
for (const [i, { before }] of tests.entries()) await write(`${i + 1}_0.png`, before);

const row = (name: string, { concept, source }: Example) => {
  const { set, licence, attribution } = licences[source as keyof typeof licences] ?? COMPUTED;
  return `| ${name} | ${concept} | ${set} | ${licence} | ${attribution} |`;
};
const command = `npm run train:examples -- ${edit.name} --out ${out} --seed ${values.seed} --pair ${values.pair} --pictures ${values.pictures}`;
const lines = [
  "# Whose drawings these are",
  `Drawn by \`${command}\`; backgrounds are computed.`,
  ["| file | what | from | licence | attribution |", "| --- | --- | --- | --- | --- |"]
    .concat(row("0_0.png, 0_1.png", pair), ...tests.map((test, i) => row(`${i + 1}_0.png`, test)))
    .join("\n"),
];
writeFileSync(join(out, "SOURCES.md"), `${lines.join("\n\n")}\n`);
console.log(
  `${out}: ${edit.name}, ${JSON.stringify(pair.concept)} shown, ${tests.map(({ concept }) => concept).join(", ")} to try`,
);
