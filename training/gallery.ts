/**
 * Makes the gallery anew, with the model as it is: `npm run train:gallery -- [--only NAME …] [--threads N]`. Each exhibit is learned, with the model's own presets,
 * from one pair of pictures that no training saw; it belongs to the weights that learned it.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeFileAtomic } from "../src/files/atomic.ts";
import { learn, loadModel, writeImage } from "../src/index.ts";
import type { Source } from "./data/concepts.ts";
import { cases, heldOutEdits, trainedEdits } from "./data/index.ts";
import { licences } from "./data/licences.ts";

/** What is called how, which edit it is, and which of its parameters (a seed). */
const exhibits: readonly (readonly [name: string, edit: string, seed: number])[] = [
  ["sketch", "sketch", 1],
  ["woodcut", "woodcut", 1],
  ["watercolour", "watercolour", 1],
  ["oil-painting", "oil painting", 1],
  ["comic", "comic", 1],
  ["pop-art", "pop art", 1],
  ["neon", "neon", 1],
  ["halftone", "halftone", 1],
  ["stained-glass", "stained glass", 1],
  ["charcoal", "charcoal", 1],
  ["sepia", "sepia", 1],
  ["duotone", "duotone", 1],
  ["night", "night", 1],
  ["winter", "winter", 1],
  ["golden-hour", "golden hour", 1],
  ["thermal", "thermal camera", 1],
  ["solarize", "solarize", 1],
  ["vivid", "saturate", 1],
  ["sunburst", "sunburst background", 1],
  ["snow", "snow", 1],
  ["frame", "teal frame", 1],
  ["polaroid", "polaroid", 1],
];

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    model: { type: "string", default: "tiny" },
    threads: { type: "string" },
  },
});
const folder = join(import.meta.dirname, "..", "gallery");
await using model = await loadModel(values.model, values.threads ? { threads: Number(values.threads) } : {});
const list: { name: string; words: string; shows: string }[] = [];
for (const [name, kind, seed] of exhibits) {
  const edit = [...trainedEdits, ...heldOutEdits].find((each) => each.name === kind);
  if (!edit) throw new Error(`gallery: there is no edit "${kind}"`);
  const { pairs, instruction: words } = await cases({ edit, split: "test", pairs: 1, tests: 0, seed });
  const [{ before, after, source, words: captions }] = pairs as [(typeof pairs)[number]];
  const by = Object.hasOwn(licences, source) ? licences[source as Source] : undefined;
  list.push({ name, words, shows: by ? `${captions.before}; drawing from ${by.set}, ${by.licence}` : captions.before });
  if (values.only && !values.only.includes(name)) continue;
  const picture = (data: Uint8Array) => ({ width: 128, height: 128, data });
  const learned = await learn(model, { pairs: [{ before: picture(before), after: picture(after) }] }).result;
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  await writeImage(join(own, "before.png"), picture(before));
  await writeImage(join(own, "after.png"), picture(after));
  await learned.save(join(own, "instruction.safetensors"));
  process.stdout.write(`${name}: ${words}\n`);
}
await writeFileAtomic(join(folder, "gallery.json"), `${JSON.stringify(list, null, 2)}\n`);
