/**
 * How fast the recipe trains on our engine: the VAE's and the UNet's whole steps (loss, gradients of all parameters, AdamW) at the shapes of its
 * configuration, random numbers for data. `npx tsx bench/training.ts [--config FILE] [--steps N] [--threads N] [--part vae|unet]`;
 * `reference/bench/training.py` measures the same in PyTorch. Run one after the other on a quiet machine.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { sizeOf, type Tensor, toOnnx } from "../src/graph/index.ts";
import { parseUNetConfig, parseVaeConfig } from "../src/models/index.ts";
import { Generator } from "../src/rng/index.ts";
import { nodeRuntime } from "../src/runtime/node.ts";
import { defaultThreads } from "../src/runtime/node-threads.ts";
import type { Value } from "../src/runtime/session.ts";
import { inputScope, type Scope } from "../src/weights/index.ts";
import { readConfig, settingsOf } from "../training/config.ts";
import { likePyTorch } from "../training/initialise.ts";
import { unetConfig, vaeConfig } from "../training/model-configs.ts";
import { unetLoss } from "../training/parts/unet.ts";
import { vaeLoss } from "../training/parts/vae.ts";
import { State } from "../training/state.ts";
import { stepGraph } from "../training/step.ts";

/** Page faults and memory plans make the first steps slow. */
const WARM_UP = 3;

interface Case {
  readonly name: string;
  readonly samples: number;
  readonly betas: readonly [number, number];
  loss(scope: Scope): Tensor;
}

const { values } = parseArgs({
  options: {
    config: { type: "string", default: "reference/training/config.json" },
    steps: { type: "string", default: "12" },
    threads: { type: "string", default: String(defaultThreads()) },
    part: { type: "string", default: "vae unet" },
  },
});

/** The recipe's steps: the autoencoder's on crops, and on whole pictures; the UNet's. */
function cases(file: string): Case[] {
  const config = readConfig(file);
  const [vae, clip, unet] = [settingsOf(config, "vae"), settingsOf(config, "clip"), settingsOf(config, "unet")];
  const coder = parseVaeConfig(vaeConfig(vae.model, config.resolution));
  const width = clip.text.hidden_size as number;
  const network = parseUNetConfig(
    unetConfig(unet.model, config.resolution / coder.factor, coder.latentChannels, width),
  );
  const pictures = (count: number, side: number): Case => ({
    name: `vae ${count} × 3 × ${side} × ${side}`,
    samples: count,
    betas: [0.9, 0.98],
    loss: (scope) => vaeLoss(scope, coder, vae.kl, { count, side }).loss,
  });
  const { sampleSize: side, inChannels } = network;
  return [
    pictures(vae.batch, vae.crop),
    pictures(vae.fullBatch, config.resolution),
    {
      name: `unet ${unet.batch} × ${inChannels} × ${side} × ${side}`,
      samples: unet.batch,
      betas: [0.9, 0.99],
      loss: (scope) => unetLoss(scope, network, clip.tokenizer.maxLength, unet.batch).loss,
    },
  ];
}

/** Seconds of each step after the warm-up; every step is fed what the one before gave, as in training. */
async function measure({ loss, betas }: Case, steps: number, threads: number): Promise<number[]> {
  const random = new Generator(1);
  const { scope, parameters } = inputScope();
  const model = toOnnx(stepGraph(parameters, loss(scope), { betas, weightDecay: 0.01 }));
  const state = State.initial(parameters, likePyTorch, random);
  await using session = await nodeRuntime({ device: "cpu", threads }).load(model);
  const given: Record<string, Float32Array> = { lr: Float32Array.of(1e-4), step: Float32Array.of(1) };
  for (const { name, shape } of model.inputs) {
    if (!parameters.has(name)) given[name] ??= random.randn(sizeOf(shape));
  }
  const seconds: number[] = [];
  for (let i = 0; i < WARM_UP + steps; i++) {
    const tensors = Object.fromEntries([...state.tensors("parameters")].map(([key, { data }]) => [key, data]));
    const feeds: Record<string, Float32Array> = { ...given, ...tensors, m: state.m, v: state.v };
    const entries = model.inputs.map(({ name, dtype, shape }): [string, Value] => [
      name,
      { dtype, shape, data: feeds[name]! },
    ]);
    const started = performance.now();
    const results = await session.run(Object.fromEntries(entries));
    seconds.push((performance.now() - started) / 1000);
    state.parameters = results["next:parameters"]!.data as Float32Array;
    state.m = results["next:m"]!.data as Float32Array;
    state.v = results["next:v"]!.data as Float32Array;
  }
  return seconds.slice(WARM_UP);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

const [steps, threads] = [Number(values.steps), Number(values.threads)];
const version = process.versions.node;
process.stdout.write(`${cpus()[0]?.model}, ${threads} threads; our engine on ONNX Runtime, Node ${version}, fp32\n\n`);
process.stdout.write("| step | seconds, median | fastest | samples per second |\n| --- | --- | --- | --- |\n");
for (const each of cases(values.config)) {
  if (!values.part.split(" ").some((part) => each.name.startsWith(part))) continue;
  const seconds = await measure(each, steps, threads);
  const [middle, fastest] = [median(seconds), Math.min(...seconds)];
  const numbers = [middle.toFixed(3), fastest.toFixed(3), (each.samples / middle).toFixed(1)];
  process.stdout.write(`| ${each.name} | ${numbers.join(" | ")} |\n`);
}
