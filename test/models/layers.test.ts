import assert from "node:assert/strict";
import { test } from "node:test";
import { gradients, input, type Tensor } from "../../src/graph/index.ts";
import { adamW, clipDirectionLoss, cosineSimilarity, normalize, timestepEmbedding } from "../../src/nn/index.ts";
import { compile, evaluate, relativeError } from "../graph/run.ts";
import { readGolden, report } from "./golden.ts";

const golden = await readGolden("layers");
const values = (name: string) => golden.get(name)!.data as Float32Array;

test("timestep embeddings are diffusers'", async () => {
  const timesteps = input("timesteps", [4]);
  const embeddings = {
    timestep0: timestepEmbedding(timesteps, 64, { flipSinToCos: true, freqShift: 0 }),
    timestep1: timestepEmbedding(timesteps, 64, { flipSinToCos: false, freqShift: 1 }),
  };
  const results = await evaluate(embeddings, { timesteps: values("input.timesteps") });
  const rows = Object.entries(results).map(([name, data]) => ({
    name,
    error: relativeError(data, values(`output.${name}`)),
    tolerance: 1e-5, // PyTorch's exp is off by one unit in the last place here and there, and 999 times that shows
  }));
  report("timestepEmbedding", rows);
});

test("AdamW makes torch.optim.AdamW's steps, for gradients from 1e-9 to 1e3", async () => {
  const size = values("input.param").length;
  const [param, grad, m, v] = ["param", "grad", "m", "v"].map((name) => input(name, [size])) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const options = { betas: [0.8, 0.999] as const, eps: 1e-7, weightDecay: 0.05 };
  const next = adamW(param, grad, m, v, { ...options, lr: input("lr", []), step: input("step", []) });
  const update = await compile({ nextParam: next.param, nextM: next.m, nextV: next.v });
  let state: Record<"param" | "m" | "v", Float32Array> = {
    param: values("input.param"),
    m: new Float32Array(size),
    v: new Float32Array(size),
  };
  const seen: number[] = [];
  for (const [i, lr] of values("input.lrs").entries()) {
    const given = values("input.grads").subarray(i * size, (i + 1) * size);
    const feeds = { ...state, grad: given, lr: Float32Array.of(lr), step: Float32Array.of(i + 1) };
    const result = await update(feeds);
    state = { param: result.nextParam!, m: result.nextM!, v: result.nextV! };
    seen.push(...state.param);
  }
  const error = relativeError(Float32Array.from(seen), values("output.params"));
  report("adamW", [{ name: "five steps", error, tolerance: 1e-6 }]);
});

test("the direction loss is minus the cosine, and stops pulling at 0.5", async () => {
  const instruction = input("instruction", [1, 2, 2]);
  const loss = clipDirectionLoss(instruction, input("projection", [3, 2]), input("direction", [1, 3]));
  const [gradient] = gradients(loss, [instruction]);
  const evaluateAt = (direction: number[]) =>
    evaluate(
      { loss, gradient: gradient! },
      {
        instruction: Float32Array.of(1, 4, 5, 4), // its mean row is (3, 4)
        projection: Float32Array.of(1, 0, 0, 1, 0, 0), // (3, 4, 0), as long as 5
        direction: Float32Array.from(direction),
      },
    );
  const far = await evaluateAt([2, 0, 5]);
  assert.ok(Math.abs(far.loss![0]! + (3 / 5) * (2 / Math.sqrt(29))) < 1e-6);
  assert.ok(far.gradient!.some((x) => Math.abs(x) > 1e-3));
  // Every row has the same share in the mean.
  assert.deepEqual(far.gradient!.subarray(0, 2), far.gradient!.subarray(2));
  const near = await evaluateAt([2, 0, 0]); // a cosine of 0.6
  assert.equal(near.loss![0], -0.5);
  assert.deepEqual([...near.gradient!].map(Math.abs), [0, 0, 0, 0]);
});

test("rows of zeros normalise to zeros, and cosines ignore lengths", async () => {
  const x = input("x", [2, 2]);
  const results = await evaluate(
    { unit: normalize(x), cosine: cosineSimilarity(x, input("y", [1, 2])) },
    { x: Float32Array.of(3, 4, 0, 0), y: Float32Array.of(0, 7) },
  );
  assert.ok(relativeError(results.unit!, Float32Array.of(0.6, 0.8, 0, 0)) < 1e-6);
  assert.ok(relativeError(results.cosine!, Float32Array.of(0.8, 0)) < 1e-6);
});
