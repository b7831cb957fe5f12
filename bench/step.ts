/**
 * A plain learning step of a model, its loss and its gradient: `npx tsx bench/step.ts [--model tiny] [--batch 2] [--threads N]`. The median of 25, on random
 * latents of the model's own size.
 */
import { parseArgs } from "node:util";
import { median } from "../src/eval/statistics.ts";
import { loadModel } from "../src/index.ts";
import { Generator } from "../src/rng/index.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "tiny" },
    batch: { type: "string", default: "2" },
    threads: { type: "string" },
  },
});
const [batch, random] = [Number(values.batch), new Generator(1)];
await using model = await loadModel(values.model, values.threads ? { threads: Number(values.threads) } : {});
const { learnDefaults, text, vae } = model.parts;
const side = learnDefaults.resolution / vae.config.factor;
const [latents, prompt] = [batch * vae.config.latentChannels * side ** 2, text.config.positions * text.config.width];
const one = (x: number) => Float32Array.of(x);
const feeds = {
  sample: random.randn(latents),
  image_latents: random.randn(latents),
  target: random.randn(latents),
  timestep: new Float32Array(batch).fill(500),
  prompt_embeds: random.randn(prompt),
  m: new Float32Array(prompt),
  v: new Float32Array(prompt),
  moves: new Float32Array(text.config.positions).fill(1),
  lr: one(0.1),
  step: one(1),
  lambda_mse: one(1),
  lambda_clip: one(0),
  gradient_clip: one(3e38),
};
const shape = { size: { height: side, width: side }, tokens: text.config.positions, batch, guided: false };
const times: number[] = [];
for (let run = 0; run < 30; run++) {
  const started = performance.now();
  await model.learnStep(shape, feeds);
  times.push(performance.now() - started);
}
process.stdout.write(`${model.parts.identity.name}, batch ${batch}: ${median(times.slice(5))!.toFixed(1)} ms a step\n`);
