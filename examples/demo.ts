/**
 * The demo: learns an edit from one pair, applies it to pictures that learning never saw, and puts all of them on a contact sheet.
 *
 *   npm run demo                      with the pair that comes with the built-in model
 *   npm run demo -- FOLDER [MODEL [STEPS]]
 *
 * with 0_0.png (before), 0_1.png (after) and further pictures 1_0.png, 2_0.png, … in the folder.
 *
 * The last line that it prints is the path of the sheet.
 */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  apply,
  type Image,
  isVisiiError,
  learn,
  loadModel,
  readImage,
  renderSheet,
  VisiiError,
  writeImage,
} from "../src/index.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const output = resolve("out", "demo");

/** The folder that is used where none is named: the first one here with a pair. */
function shippedFolder(): string {
  const holdsPair = (name: string) =>
    existsSync(join(here, name, "0_0.png")) && existsSync(join(here, name, "0_1.png"));
  const name = readdirSync(here).sort().find(holdsPair);
  if (name === undefined) throw new VisiiError("usage", "Name a folder with a pair: 0_0.png and 0_1.png.");
  return join(here, name);
}

/** `{i}_0.png` from 1 on: the pictures to apply the edit to. */
function furtherPictures(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^[1-9]\d*_0\.png$/.test(name))
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    .map((name) => join(folder, name));
}

async function demo([folder = shippedFolder(), modelName = "tiny", steps]: readonly string[]): Promise<string> {
  const start = performance.now();
  const say = (text: string) =>
    console.log(`${((performance.now() - start) / 1000).toFixed(0).padStart(4)} s  ${text}`);

  await using model = await loadModel(modelName);
  const { name } = model.parts.identity;
  const pair = { before: await readImage(join(folder, "0_0.png")), after: await readImage(join(folder, "0_1.png")) };
  say(`learning from one pair with the model ${name}`);

  const run = learn(model, { pairs: [pair], seed: 0, ...(steps && { steps: Number(steps) }) });
  let told = 0;
  for await (const { step, steps, checkpoint } of run) {
    if (step < steps && step - told < steps / 10) continue;
    told = step;
    say(`step ${step} of ${steps}${checkpoint ? `, validation loss ${checkpoint.validation.toFixed(4)}` : ""}`);
  }
  const instruction = await run.result;
  mkdirSync(output, { recursive: true });
  await instruction.save(join(output, "demo.safetensors"));

  const results: { input: Image; result: Image }[] = [];
  for (const path of furtherPictures(folder)) {
    const input = await readImage(path);
    const [result] = await apply(model, instruction, input, { seed: 0 });
    results.push({ input, result: result! });
    say(`applied to a picture it never saw (${results.length})`);
  }

  const sheet = await renderSheet({
    title: "Shown once, done again",
    subtitle: `The first row is all it was shown · ${name}, ${instruction.provenance.losses.length} steps`,
    columns: ["before", "after"],
    rows: [
      { label: "shown", images: [pair.before, pair.after] },
      ...results.map(({ input, result }, i) => ({ label: `new picture ${i + 1}`, images: [input, result] })),
    ],
    cell: 192,
  });
  const path = join(output, "contact-sheet.png");
  await writeImage(path, sheet);
  return path;
}

try {
  console.log(await demo(process.argv.slice(2)));
} catch (error) {
  if (!isVisiiError(error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
