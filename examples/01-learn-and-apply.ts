/**
 * 1. Learn an edit from one pair and apply it to another picture, with the library.
 *
 *   npx tsx examples/01-learn-and-apply.ts BEFORE AFTER PICTURE OUTPUT [MODEL]
 */
import { apply, Instruction, learn, loadModel, readImage, writeImage } from "../src/index.ts";

const [beforePath, afterPath, picturePath, outputPath, modelName = "tiny"] = process.argv.slice(2);
if (!beforePath || !afterPath || !picturePath || !outputPath) {
  console.error("Name four files: before, after, another picture, and the output.");
  process.exit(2);
}

// The model is freed at the end of this file.
await using model = await loadModel(modelName);

// Show the edit once. Everything that isn't set has the model's own default.
const pair = { before: await readImage(beforePath), after: await readImage(afterPath) };
const run = learn(model, { pairs: [pair], steps: 40, checkpointEvery: 20, seed: 7 });
for await (const { step, steps, loss, checkpoint } of run) {
  if (checkpoint) console.log(`step ${step} of ${steps}: loss ${loss.toFixed(3)}`);
}

// An instruction is a small file: keep it, send it, read it again.
const learned = await run.result;
const instruction = await Instruction.parse(learned.toBytes(), "the instruction");

// Apply it to a picture that it never saw, of whatever size.
const [edited] = await apply(model, instruction, await readImage(picturePath), { seed: 1 });
await writeImage(outputPath, edited!);
console.log(outputPath);
