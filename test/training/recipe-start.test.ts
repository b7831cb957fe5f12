import assert from "node:assert/strict";
import { test } from "node:test";
import { input } from "../../src/graph/index.ts";
import { parseVaeConfig, vaeDecode, vaeEncode } from "../../src/models/index.ts";
import { Generator } from "../../src/rng/index.ts";
import { nodeRuntime } from "../../src/runtime/node.ts";
import { inputScope } from "../../src/weights/index.ts";
import { readConfig } from "../../training/config.ts";
import { likePyTorch } from "../../training/initialise.ts";
import { vaeConfig } from "../../training/model-configs.ts";
import { normaliseLatents } from "../../training/normalise.ts";
import { passThrough } from "../../training/pass-through.ts";
import { State } from "../../training/state.ts";
import { compile } from "../graph/run.ts";

const [n, side] = [3, 16];
const shape = [n, 3, side, side];
const config = parseVaeConfig(vaeConfig(readConfig("training/nano.json").vae!.model, side));

/** The network as a function of its parameters and pictures. */
async function autoencoder() {
  const { scope, parameters } = inputScope();
  const posterior = vaeEncode(scope, config, input("pixels", shape));
  const decoded = vaeDecode(scope, config, posterior.mean);
  const run = await compile({ latents: posterior.mean, logvar: posterior.logvar, decoded });
  const state = State.initial(parameters, likePyTorch, new Generator(1));
  return async (pixels: Float32Array, kind: "parameters" | "average" = "parameters") => {
    const values = Object.fromEntries([...state.tensors(kind)].map(([key, { data }]) => [key, data]));
    return { state, ...((await run({ ...values, pixels })) as Record<"latents" | "logvar" | "decoded", Float32Array>) };
  };
}

/** Pictures whose blocks of 2 × 2 pixels have one colour each, which is all that one latent pixel can carry at the start. */
const blocks = (() => {
  const colours = new Generator(5).uniform((n * 3 * side * side) / 4).map((x) => 1.6 * x - 0.8);
  const at = (i: number) => Math.floor(i / (2 * side)) * (side / 2) + Math.floor((i % side) / 2);
  return Float32Array.from({ length: n * 3 * side * side }, (_, i) => colours[at(i)]!);
})();

const meanSquare = (a: Float32Array, b: Float32Array) => a.reduce((s, x, i) => s + (x - b[i]!) ** 2, 0) / a.length;

test("the autoencoder starts by passing blocks of pixels through", async () => {
  const run = await autoencoder();
  const before = await run(blocks);
  const runtime = nodeRuntime({ device: "cpu", threads: 1 });
  await passThrough(before.state, config, { dtype: "float32", shape, data: blocks }, runtime);
  const after = await run(blocks);
  assert.ok(meanSquare(before.decoded, blocks) > 0.1, `${meanSquare(before.decoded, blocks)}`);
  assert.ok(meanSquare(after.decoded, blocks) < 0.001, `${meanSquare(after.decoded, blocks)}`);
});

test("normalising the latents changes no picture, and their variances with them", async () => {
  const run = await autoencoder();
  const { state, latents, logvar, decoded } = await run(blocks);
  state.average.set(state.parameters);
  const area = (side / config.factor) ** 2;
  normaliseLatents(state, config.latentChannels, area, [latents]);
  const after = await run(blocks, "average");
  assert.ok(meanSquare(after.decoded, decoded) < 1e-9 * meanSquare(decoded, new Float32Array(decoded.length)) + 1e-10);
  for (let c = 0; c < config.latentChannels; c++) {
    const indices = Array.from({ length: n * area }, (_, i) => {
      return (Math.floor(i / area) * config.latentChannels + c) * area + (i % area);
    });
    const mean = (x: Float32Array) => indices.reduce((s, i) => s + x[i]!, 0) / indices.length;
    const variance = (x: Float32Array) => mean(x.map((value) => value ** 2)) - mean(x) ** 2;
    assert.ok(Math.abs(mean(after.latents)) < 1e-4);
    assert.ok(Math.abs(variance(after.latents) - 1) < 1e-3);
    assert.ok(Math.abs(mean(after.logvar) - (mean(logvar) - Math.log(variance(latents)))) < 1e-2);
  }
});
