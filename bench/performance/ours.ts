/** Our side of `bench/performance.ts`, one measured run per line of input: `{"case": "plain", "side": 32}` → seconds, peak memory and operations. */
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { costOf, input, matmul, toOnnx } from "../../src/graph/index.ts";
import { loadModel } from "../../src/index.ts";
import { branchWeights, constantTargetJob, denoiseJob, learnStepJob } from "../../src/jobs/index.ts";
import { Generator } from "../../src/rng/index.ts";
import { nodeRuntime } from "../../src/runtime/node.ts";
import type { Value } from "../../src/runtime/session.ts";

const { values } = parseArgs({
  options: { model: { type: "string", default: ".full-size/model" }, threads: { type: "string", default: "2" } },
});
const threads = Number(values.threads);
await using model = await loadModel(values.model, { threads, clip: "none" });
const random = new Generator(1);
const one = (x: number) => Float32Array.of(x);
const [tokens, width] = [model.parts.text.config.positions, model.parts.text.config.width];
const [prompt, nothing] = [random.randn(tokens * width), random.randn(tokens * width)];

const SQUARE = 2048;
const squares = { product: matmul(input("a", [SQUARE, SQUARE]), input("b", [SQUARE, SQUARE])) };

async function matrixProduct(): Promise<() => Promise<unknown>> {
  const session = await nodeRuntime({ device: "cpu", threads }).load(toOnnx(squares));
  const square = (): Value => ({ dtype: "float32", shape: [SQUARE, SQUARE], data: random.randn(SQUARE ** 2) });
  const feeds = { a: square(), b: square() };
  return () => session.run(feeds);
}

const product = await matrixProduct();

async function run(name: string, side: number): Promise<number> {
  const normal = () => random.randn(4 * side * side);
  const size = { height: side, width: side };
  const feeds = {
    sample: normal(),
    image_latents: normal(),
    target: normal(),
    timestep: one(500),
    prompt_embeds: prompt,
    null_embeds: nothing,
    guidance_scale: one(7.5),
    image_guidance_scale: one(1.5),
    m: new Float32Array(prompt.length),
    v: new Float32Array(prompt.length),
    moves: new Float32Array(tokens).fill(1),
    lambda_mse: one(4),
    lambda_clip: one(0),
    gradient_clip: one(3e38),
    lr: one(1e-3),
    step: one(1),
  };
  const started = performance.now();
  if (name === "matmul") await product();
  else if (name === "apply") await model.denoise(size, { guidanceScale: 7.5, imageGuidanceScale: 1.5 }, feeds);
  else if (name === "target") await model.constantTarget(size, feeds);
  else await model.learnStep({ size, tokens, batch: 1, guided: name === "guided" }, feeds);
  return (performance.now() - started) / 1000;
}

/** Operations of the case as it is defined: convolutions filter directly, however they are computed. */
function flopsOf(name: string, side: number): number {
  const { unet } = model.parts;
  const size = { height: side, width: side };
  if (name === "matmul") return costOf(squares).flops;
  if (name === "apply") return costOf(denoiseJob(unet, size, tokens, [...branchWeights(7.5, 1.5).keys()])).flops;
  if (name === "target") return costOf(constantTargetJob(unet, size, tokens)).flops;
  return costOf(learnStepJob(unet, undefined, { size, tokens, batch: 1, guided: name === "guided" })).flops;
}

const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`);
say({ software: "visii on ONNX Runtime 1.30" });
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line) as { case: string; side: number };
  const seconds = await run(asked.case, asked.side);
  say({ seconds, peak: process.resourceUsage().maxRSS * 1024, flops: flopsOf(asked.case, asked.side) });
}
