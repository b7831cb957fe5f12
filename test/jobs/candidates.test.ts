import assert from "node:assert/strict";
import { test } from "node:test";
import { input, toOnnx } from "../../src/graph/index.ts";
import { candidatesJob, validateJob } from "../../src/jobs/index.ts";
import { parseSoftWordsConfig, parseUNetConfig, softWords } from "../../src/models/index.ts";
import { Generator } from "../../src/rng/index.ts";
import { nodeRuntime } from "../../src/runtime/node.ts";
import { relativeError } from "../graph/run.ts";
import { openPart } from "../models/golden.ts";

const [N, TOKENS] = [3, 77];
const size = { height: 6, width: 8 };

test("candidates are measured as each of their instructions is by itself", async () => {
  const [network, own] = [await openPart("models/nano", "unet"), await openPart("models/nano", "soft_words")];
  const unet = { config: parseUNetConfig(network.config), scope: network.scope };
  const words = { config: parseSoftWordsConfig(own.config), scope: own.scope };
  const generator = new Generator(5);
  const normal = (...shape: number[]) => ({
    dtype: "float32" as const,
    shape,
    data: generator.randn(shape.reduce((a, b) => a * b)),
  });
  const latents = { sample: normal(1, 4, 6, 8), image_latents: normal(1, 4, 6, 8), target: normal(1, 4, 6, 8) };
  const timestep = { dtype: "float32" as const, shape: [1], data: Float32Array.of(700) };
  const given = { ...latents, timestep, prompt_embeds: normal(1, TOKENS, 32), points: normal(N, 8) };
  const runtime = nodeRuntime({ device: "cpu", threads: 1 });
  const run = async (model: ReturnType<typeof toOnnx>, feeds: Record<string, (typeof given)["points"]>) => {
    await using session = await runtime.load(model, { folder: network.root });
    return await session.run(Object.fromEntries(model.inputs.map(({ name }) => [name, feeds[name]!])));
  };
  const { mse } = await run(toOnnx(candidatesJob(unet, words, size, TOKENS, N)), given);
  const around = input("prompt_embeds", [1, TOKENS, 32]);
  const all = toOnnx({ all: softWords(words.scope, words.config, input("points", [N, 8]), around) });
  const prompts = (await run(all, given)).all!.data as Float32Array;
  const each: number[] = [];
  for (let i = 0; i < N; i++) {
    const data = prompts.slice(i * TOKENS * 32, (i + 1) * TOKENS * 32);
    const feeds = { ...given, prompt_embeds: { dtype: "float32" as const, shape: [1, TOKENS, 32], data } };
    each.push(((await run(toOnnx(validateJob(unet, size, TOKENS, 1)), feeds)).mse!.data as Float32Array)[0]!);
  }
  assert.ok(new Set(each.map((x) => x.toFixed(3))).size > 1, String(each));
  assert.ok(relativeError(mse!.data as Float32Array, Float32Array.from(each)) < 1e-5, String([mse!.data, each]));
});
