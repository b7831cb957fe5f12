/**
 * What a full-size model costs before its first step: opening it, and preparing a forward pass and a learning step.
 * `npx tsx bench/startup.ts [--model .full-size/model] [--pixels 512]`; run it twice, since the first time hashes the weights.
 */
import { parseArgs } from "node:util";
import { type Tensor, toOnnx } from "../src/graph/index.ts";
import { loadModel } from "../src/index.ts";
import { denoiseJob, learnStepJob } from "../src/jobs/index.ts";
import { nodeRuntime } from "../src/runtime/node.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: ".full-size/model" },
    pixels: { type: "string", default: "512" },
  },
});
const side = Number(values.pixels) / 8;

async function timed<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  const started = performance.now();
  const result = await work();
  process.stdout.write(`${what}: ${((performance.now() - started) / 1000).toFixed(2)} s\n`);
  return result;
}

await using model = await timed("open the model", () => loadModel(values.model, { clip: "none" }));
const { unet, text, folder } = model.parts;
const [size, tokens] = [{ height: side, width: side }, text.config.positions];
const runtime = nodeRuntime({ device: "cpu" });
const jobs: Readonly<Record<string, () => Record<string, Tensor>>> = {
  "a forward pass": () => denoiseJob(unet, size, tokens),
  "a learning step": () => learnStepJob(unet, undefined, { size, tokens, batch: 1, guided: false }),
};
for (const [what, build] of Object.entries(jobs)) {
  const options = folder === undefined ? {} : { folder };
  const session = await timed(`prepare ${what}`, () => runtime.load(toOnnx(build(), runtime.emit), options));
  await session.release();
}
