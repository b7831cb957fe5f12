// Computes the same things on the processor and through WebGPU with the nano model, and tells how far apart they are.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Model } from "../../src/core/model.ts";
import { PAPER_EDIT } from "../../src/core/settings.ts";
import { add, input, toOnnx } from "../../src/graph/index.ts";
import { apply, type Image, learn, loadModel } from "../../src/index.ts";
import { nodeRuntime } from "../../src/runtime/node.ts";
import { attemptOn } from "../../src/runtime/node-precision.ts";
import { type Precision, precisionOf } from "../../src/runtime/precision.ts";
import { numbers, relativeError } from "../graph/run.ts";

const [folder] = process.argv.slice(2) as [string];
const processor = await loadModel("nano", { device: "cpu", threads: 1 });
const card = new Model(
  processor.parts,
  nodeRuntime({ device: "webgpu", threads: 1, profile: join(folder, "profile") }),
);
const errors: Record<string, number> = {};

/** Computes on both and keeps the relative error of each result. */
async function compare(compute: (model: Model) => Promise<Record<string, Float32Array | number[]>>): Promise<void> {
  const expected = await compute(processor);
  for (const [name, values] of Object.entries(await compute(card))) {
    errors[name] = relativeError(Float32Array.from(values), Float32Array.from(expected[name]!));
  }
}

const side = processor.multiple;
const picture = (seed: number): Image => ({
  width: side,
  height: side,
  data: Uint8Array.from(numbers([side * side * 3], seed), (x) => 127 + 120 * x),
});
const prompt = await processor.prompt("turn it red");
const latents = await processor.encode(picture(1));
const shape = [1, latents.channels, latents.height, latents.width];
const common = {
  sample: numbers(shape, 2),
  image_latents: latents.data,
  timestep: Float32Array.of(777), // a large angle for the sines
  prompt_embeds: prompt.data,
  null_embeds: (await processor.nullPrompt()).data,
};
const learning = {
  ...common,
  m: new Float32Array(prompt.data.length),
  v: new Float32Array(prompt.data.length),
  moves: new Float32Array(prompt.tokens).fill(1),
  target: numbers(shape, 3),
  direction: await processor.imageEmbeds(picture(2)),
  lr: Float32Array.of(0.01),
  step: Float32Array.of(1),
  lambda_mse: Float32Array.of(4),
  lambda_clip: Float32Array.of(0.1),
  gradient_clip: Float32Array.of(3e38),
};

await compare(async (model) => ({
  encode: (await model.encode(picture(1))).data,
  decode: Array.from((await model.decode(latents)).data),
  text: (await model.prompt("turn it red")).data,
  "image embeds": await model.imageEmbeds(picture(2)),
  denoise: await model.denoise(latents, PAPER_EDIT, common),
}));
await compare(async (model) => {
  const step = await model.learnStep({ size: latents, tokens: prompt.tokens, batch: 1, guided: false }, learning);
  // The first moment starts at zero, so after one step it is the gradient times 1 − β₁.
  return { gradient: step.next_m, "learning step": step.next_prompt_embeds, mse: step.mse, clip: step.clip };
});
await compare(async (model) => {
  const pairs = [{ before: picture(1), after: picture(4) }];
  const run = learn(model, { pairs, init: "turn it red", steps: 3, lr: 0.05, batch: 1, guidedLoss: false, seed: 7 });
  const losses: number[] = [];
  for await (const { loss } of run) losses.push(loss);
  const instruction = await run.result;
  const moved = instruction.promptEmbeds.data.map((x, i) => x - prompt.data[i]!);
  const [edited] = await apply(model, instruction, picture(1), { steps: 2, seed: 1 });
  return { "losses of 3 steps": losses, "change in 3 steps": moved, "edited picture": Array.from(edited!.data) };
});
await card.release();

// The release has written what ran where.
const nodes = readdirSync(folder)
  .filter((name) => name.startsWith("profile"))
  .flatMap((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as { args?: Record<string, string> }[]);
const providers: Record<string, number> = {};
for (const { args } of nodes) {
  if (args?.provider === undefined) continue;
  const where = args.provider === "WebGpuExecutionProvider" ? "WebGPU" : `${args.provider} ${args.op_name}`;
  providers[where] = (providers[where] ?? 0) + 1;
}

const refusals: string[] = [];
const runtime = nodeRuntime({ device: "webgpu" });
const outputs = { y: add(input("x", [129, 2 ** 18]), 1) };
for (const model of [toOnnx(outputs), toOnnx(outputs, runtime.emit)]) {
  await runtime.load(model).catch(({ message }: Error) => refusals.push(message));
}

// This adapter has no 16 bits, so "auto" is 32 on it, and goes on as if nothing had been tried.
const attempt = (bits: Precision) => attemptOn("webgpu", bits);
await precisionOf("fp16", "webgpu", attempt).catch(({ message }: Error) => refusals.push(message));
const auto = await loadModel("nano", { device: "webgpu" });
errors["latents, auto"] = relativeError((await auto.encode(picture(1))).data, latents.data);
await auto.release();
console.log(JSON.stringify({ errors, providers, refusals }));
