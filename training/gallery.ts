/**
 * Makes the gallery anew, with the model as it is: `npm run train:gallery -- [--only NAME …] [--threads N]`. Each exhibit is learned, with the model's own
 * presets, from one pair of pictures that no training saw; it belongs to the weights that learned it. `docs/images/gallery.webp` shows each on another
 * picture.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeFileAtomic } from "../src/files/atomic.ts";
import { apply, Instruction, learn, loadModel, renderSheet, type Sheet, writeImage } from "../src/index.ts";
import type { Source } from "./data/concepts.ts";
import { cases, heldOutEdits, trainedEdits } from "./data/index.ts";
import { licences } from "./data/licences.ts";
import { size } from "./data/size.ts";

/**
 * What is called how, which edit it is, and which of its parameters and pairs (a seed). Kept are those whose result can be recognised on other pictures:
 * most structural edits (sketch, woodcut, comic, mosaic, snow) were tried and left out.
 */
const exhibits: readonly (readonly [name: string, edit: string, seed: number])[] = [
  ["line-drawing", "line drawing", 3],
  ["watercolour", "watercolour", 1],
  ["neon", "neon", 2],
  ["sepia", "sepia", 1],
  ["duotone", "duotone", 1],
  ["pastel", "pastel", 1],
  ["invert", "invert", 1],
  ["cool", "cool", 1],
  ["night", "night", 1],
  ["winter", "winter", 1],
  ["golden-hour", "golden hour", 1],
  ["fog", "fog", 1],
  ["spotlight", "spotlight", 1],
  ["thermal", "thermal camera", 1],
  ["crimson-background", "plain background", 3],
  ["frame", "teal frame", 1],
  ["film-bars", "film bars", 1],
  ["polaroid", "polaroid", 1],
  ["circle", "circular crop", 1],
  ["sunset", "landscape at sunset", 1],
];

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    model: { type: "string", default: "tiny" },
    threads: { type: "string" },
  },
});
const root = join(import.meta.dirname, "..");
await using model = await loadModel(values.model, values.threads ? { threads: Number(values.threads) } : {});
const list: { name: string; words: string; shows: string }[] = [];
const rows: Sheet["rows"][number][] = [];
for (const [name, kind, seed] of exhibits) {
  const edit = [...trainedEdits, ...heldOutEdits].find((each) => each.name === kind);
  if (!edit) throw new Error(`gallery: there is no edit "${kind}"`);
  const { pairs, tests, instruction: words } = await cases({ edit, split: "test", pairs: 1, tests: 1, seed });
  const [{ before, after, source, words: captions }] = pairs as [(typeof pairs)[number]];
  const by = Object.hasOwn(licences, source) ? licences[source as Source] : undefined;
  list.push({ name, words, shows: by ? `${captions.before}; drawing from ${by.set}, ${by.licence}` : captions.before });
  const picture = (data: Uint8Array) => ({ width: size, height: size, data });
  const pair = { before: picture(before), after: picture(after) };
  const own = join(root, "gallery", name);
  const file = join(own, "instruction.safetensors");
  if (!values.only || values.only.includes(name)) {
    const learned = await learn(model, { pairs: [pair] }).result;
    mkdirSync(own, { recursive: true });
    await writeImage(join(own, "before.png"), pair.before);
    await writeImage(join(own, "after.png"), pair.after);
    await learned.save(file);
    process.stdout.write(`${name}: ${words}\n`);
  }
  const other = picture(tests[0]!.before);
  const results = await apply(model, await Instruction.parse(readFileSync(file), file), other);
  rows.push({ label: name, images: [pair.before, pair.after, other, results[0]!] });
}
await writeFileAtomic(join(root, "gallery", "gallery.json"), `${JSON.stringify(list, null, 2)}\n`);
const sheet = await renderSheet({
  title: "The gallery",
  subtitle: "Each learned from the one pair in its row, and applied to another picture that no training saw",
  columns: ["before", "after", "another picture", "result"],
  rows,
  ...{ cell: 128, arrows: [0, 2], breaks: [1] },
});
await writeImage(join(root, "docs", "images", "gallery.webp"), sheet);
