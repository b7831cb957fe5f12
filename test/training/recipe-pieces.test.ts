import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isVisiiError } from "../../src/errors.ts";
import { input, mul, type Shape, sizeOf, sum } from "../../src/graph/index.ts";
import { Generator } from "../../src/rng/index.ts";
import { ClipTokenizer } from "../../src/tokenizer/index.ts";
import { readConfig } from "../../training/config.ts";
import { type Initialise, likeClip, likePyTorch } from "../../training/initialise.ts";
import { averageDecay, learningRate } from "../../training/schedule.ts";
import { stepGraph } from "../../training/step.ts";
import { learnBytePairs } from "../../training/vocabulary.ts";
import { evaluate } from "../graph/run.ts";

const near = (actual: number, expected: number, tolerance = 1e-6) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `expected ${expected}, got ${actual}`);

test("a step: the gradient of all parameters is cut to norm 1 together, then AdamW, as worked out by hand", async () => {
  const [a, b, slope] = [input("a", [1]), input("b", [1, 1]), input("slope", [1])];
  const loss = sum(mul(slope, mul(mul(a, 30), b))); // d/da = 30 b = 30, d/db = 30 a = 40 for slope 1
  const parameters = new Map([
    ["a", a],
    ["b", b],
  ]);
  const outputs = stepGraph(parameters, loss, { betas: [0.9, 0.98], weightDecay: 0.1 });
  const [values, m, v] = [
    [4 / 3, 1],
    [0.5, -0.5],
    [0.2, 0.3],
  ];
  const feeds = {
    a: Float32Array.of(values![0]!),
    b: Float32Array.of(values![1]!),
    slope: Float32Array.of(1),
    m: Float32Array.from(m!),
    v: Float32Array.from(v!),
    lr: Float32Array.of(0.01),
    step: Float32Array.of(3),
  };
  const out = await evaluate(outputs, feeds);
  near(out.loss![0]!, 40, 1e-4);
  near(out.gradient![0]!, 50, 1e-4);
  for (const [i, g] of [0.6, 0.8].entries()) {
    const mNext = 0.9 * m![i]! + 0.1 * g;
    const vNext = 0.98 * v![i]! + 0.02 * g * g;
    const update = mNext / (1 - 0.9 ** 3) / (Math.sqrt(vNext / (1 - 0.98 ** 3)) + 1e-8);
    near(out["next:m"]![i]!, mNext);
    near(out["next:v"]![i]!, vNext);
    near(out["next:parameters"]![i]!, values![i]! * (1 - 0.01 * 0.1) - 0.01 * update);
  }
  const small = await evaluate(outputs, { ...feeds, slope: Float32Array.of(0.01) });
  near(small["next:m"]![0]!, 0.45 + 0.1 * 0.3); // norm 0.5: not cut
});

test("schedules count steps: warm-up, half a cosine to 2 % of the peak; the average forgets the start", () => {
  const schedule = { steps: 1000, batch: 1, lr: 2, average: 0.99 };
  near(learningRate(0, schedule), 0.02);
  near(learningRate(99, schedule), 2);
  near(learningRate(550, schedule), 2 * 0.51);
  near(learningRate(1000, schedule), 0.04);
  near(learningRate(1, { ...schedule, warmup: 4 }), 1);
  assert.equal(averageDecay(1, schedule), 2 / 11);
  assert.equal(averageDecay(1e6, schedule), 0.99);
});

function start(rule: Initialise, key: string, shapes: Record<string, Shape>): Float32Array {
  const values = rule(key, shapes[key]!, new Map(Object.entries(shapes)), new Generator(1));
  assert.equal(values.length, sizeOf(shapes[key]!));
  return values;
}

const deviation = (x: Float32Array) => Math.sqrt(x.reduce((total, value) => total + value ** 2, 0) / x.length);

test("networks start as PyTorch starts them", () => {
  const shapes = { "c.weight": [64, 16, 3, 3], "c.bias": [64], "n.weight": [8], "n.bias": [8] };
  const bound = 1 / Math.sqrt(16 * 9);
  for (const key of ["c.weight", "c.bias"]) {
    const values = start(likePyTorch, key, shapes);
    assert.ok(
      values.every((x) => Math.abs(x) <= bound),
      key,
    );
    assert.ok(Math.max(...values) > 0.9 * bound && Math.min(...values) < -0.9 * bound, key);
  }
  near(deviation(start(likePyTorch, "c.weight", shapes)), bound / Math.sqrt(3), 0.02 * bound);
  assert.ok(start(likePyTorch, "n.weight", shapes).every((x) => x === 1));
  assert.ok(start(likePyTorch, "n.bias", shapes).every((x) => x === 0));
  assert.deepEqual(start(likePyTorch, "c.bias", shapes), start(likePyTorch, "c.bias", shapes));
});

test("CLIP starts as transformers starts it", () => {
  const [width, wide] = [64, 256];
  const layer = (i: number) => `text_model.encoder.layers.${i}`;
  const shapes: Record<string, Shape> = {
    logit_scale: [],
    "text_model.embeddings.token_embedding.weight": [100, width],
    "vision_model.embeddings.class_embedding": [width],
    "text_projection.weight": [32, width],
    "text_model.final_layer_norm.weight": [width],
  };
  for (const i of [0, 1, 2]) {
    shapes[`${layer(i)}.self_attn.q_proj.weight`] = [width, width];
    shapes[`${layer(i)}.self_attn.out_proj.weight`] = [width, width];
    shapes[`${layer(i)}.mlp.fc1.weight`] = [wide, width];
    shapes[`${layer(i)}.mlp.fc1.bias`] = [wide];
    shapes[`${layer(i)}.mlp.fc2.weight`] = [width, wide];
  }
  const expected: Record<string, number> = {
    "text_model.embeddings.token_embedding.weight": 0.02,
    "text_projection.weight": width ** -0.5,
    [`${layer(1)}.self_attn.q_proj.weight`]: width ** -0.5 * 6 ** -0.5,
    [`${layer(1)}.self_attn.out_proj.weight`]: width ** -0.5,
    [`${layer(1)}.mlp.fc1.weight`]: (2 * width) ** -0.5,
    [`${layer(1)}.mlp.fc2.weight`]: width ** -0.5 * 6 ** -0.5,
  };
  for (const [key, value] of Object.entries(expected)) {
    near(deviation(start(likeClip, key, shapes)), value, 0.05 * value);
  }
  near(start(likeClip, "logit_scale", shapes)[0]!, Math.log(1 / 0.07));
  assert.ok(start(likeClip, "text_model.final_layer_norm.weight", shapes).every((x) => x === 1));
  assert.ok(start(likeClip, `${layer(0)}.mlp.fc1.bias`, shapes).every((x) => x === 0));
});

test("the vocabulary: most frequent pairs first, in CLIP's layout, readable by the tokenizer", () => {
  const texts = ["low low low", "lower lower newest", "Newest newest!"];
  const { vocab, merges } = learnBytePairs(texts, 100, 2);
  // "lo" and "we" occur 5 times each, then several pairs 3 times: equals in the alphabet's order.
  assert.deepEqual(merges.split("\n").slice(0, 4), ["#version: 0.2", "l o", "w e", "e we"]);
  assert.equal(vocab["!"], 0);
  assert.equal(vocab["!</w>"], 256);
  assert.equal(vocab.lo, 512);
  assert.equal(vocab["<|endoftext|>"], Object.keys(vocab).length - 1);
  assert.equal(new Set(Object.values(vocab)).size, Object.keys(vocab).length);
  const tokenizer = new ClipTokenizer({ vocab, merges, config: { model_max_length: 16 } });
  const { ids, span } = tokenizer.encode("Lower newest");
  assert.equal(tokenizer.decode(ids), "lower newest");
  assert.ok(span.end - span.start < "lowernewest".length);
  const rare = learnBytePairs(texts, 100, 4).merges;
  assert.equal(rare, "#version: 0.2\nl o\nw e\n");
  // Ten letters: l o w w</w> e r</w> n s t</w> !</w>
  assert.equal(learnBytePairs(texts, 12, 1).merges.trimEnd().split("\n").length - 1, 2);
});

test("a configuration without what is needed is refused by name", () => {
  const file = join(tmpdir(), `visii-config-${process.pid}.json`);
  writeFileSync(file, JSON.stringify({ seed: 1, resolution: 32, vae: { steps: 3, batch: 2, average: 0.9 } }));
  assert.throws(
    () => readConfig(file),
    (error) => isVisiiError(error, "usage") && /vae\.lr must be a number/.test(error.message),
  );
});
