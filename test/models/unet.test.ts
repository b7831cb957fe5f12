import assert from "node:assert/strict";
import { test } from "node:test";
import { input, mul, type Tensor } from "../../src/graph/index.ts";
import { parseUNetConfig, prepareConditioning, unet } from "../../src/models/index.ts";
import { mse } from "../../src/nn/index.ts";
import { relativeError } from "../graph/run.ts";
import { compare, feedsOf, given, goldenGradients, openPart, readGolden, run } from "./golden.ts";

const VARIANT = "test/goldens/models/variant/unet";

test("nano's UNet: 8 channels, 1×1 projections, a picture that is not square", async () => {
  const golden = await readGolden("unet-nano");
  const { scope, config, root, parameters, finish } = await openPart("models/nano", "unet");
  const states = given(golden, "states");
  const prediction = unet(scope, parseUNetConfig(config), given(golden, "sample"), given(golden, "timestep"), states);
  finish();
  const loss = mse(prediction, given(golden, "target"));
  const targets = new Map<string, Tensor>([["states", states], ...parameters]);
  const outputs = { "output.prediction": prediction, "output.loss": loss, ...goldenGradients(golden, loss, targets) };
  assert.equal(Object.keys(outputs).length, 21);
  await compare("unet-nano", golden, outputs, root);
});

test("another UNet: 4 channels, linear projections, heads by level, text in a scaling and shifting time embedding, odd sizes, ControlNet residuals, bfloat16", async () => {
  const golden = await readGolden("unet-variant");
  const { scope, config, root, parameters, finish } = await openPart(VARIANT);
  const states = given(golden, "states");
  const residuals = [0, 1, 2, 3, 4, 5].map((i) => given(golden, `residual.${i}`));
  const [sample, timestep] = [given(golden, "sample"), given(golden, "timestep")];
  const prediction = unet(scope, parseUNetConfig(config), sample, timestep, states, {
    downResiduals: residuals.slice(0, -1),
    midResidual: residuals.at(-1)!,
  });
  finish();
  assert.throws(
    () => unet(scope, parseUNetConfig(config), sample, timestep, states, { downResiduals: residuals.slice(1, -1) }),
    /expected 5 residuals, got 4/,
  );
  const loss = mse(prediction, given(golden, "target"));
  const targets = new Map<string, Tensor>([["states", states], ...parameters]);
  const outputs = { "output.prediction": prediction, "output.loss": loss, ...goldenGradients(golden, loss, targets) };
  assert.equal(Object.keys(outputs).length, 23);
  await compare("unet-variant", golden, outputs, root);
});

test("every form of attention, and keys and values given per layer, predict the same", async () => {
  const golden = await readGolden("unet-variant");
  const part = await openPart(VARIANT);
  const config = parseUNetConfig(part.config);
  const [sample, timestep, states] = ["sample", "timestep", "states"].map((name) => given(golden, name)) as Tensor[];
  const seen: string[] = [];
  const predict = (options = {}, conditioning: Parameters<typeof unet>[4] = states!) =>
    unet(part.scope, config, sample!, timestep!, conditioning, options);
  const prepared = prepareConditioning(part.scope, config, states!);
  assert.throws(() => predict({}, { layers: new Map() }), /no keys and values for down_blocks\.1\.attentions\.0\./);
  const outputs = {
    fused: predict(),
    materialized: predict({ form: "materialized" }),
    blockwise: predict({ form: "blockwise" }),
    prepared: predict({}, prepared),
    seen: predict({
      probabilities: (path: string, probabilities: Tensor) => {
        seen.push(path);
        return probabilities;
      },
    }),
  };
  const results = await run(outputs, feedsOf(golden), part.root);
  for (const [name, result] of Object.entries(results)) assert.ok(relativeError(result, results.fused!) < 1e-5, name);
  assert.equal(seen[0], "down_blocks.1.attentions.0.transformer_blocks.0.attn1");
  assert.equal(seen.length, 2 * 2 * (2 + 1 + 3)); // two attentions in each of two blocks: two down, one in the middle, three up
  // Level 1 looks at the states twice per block, the middle block once.
  assert.equal(prepared.layers.size, 2 * (2 * 2 + 1 + 2 * 3));
});

test("a probabilities hook can switch the conditioning off", async () => {
  const golden = await readGolden("unet-nano");
  const part = await openPart("models/nano", "unet");
  const config = parseUNetConfig(part.config);
  const [sample, timestep, states] = ["sample", "timestep", "states"].map((name) => given(golden, name)) as Tensor[];
  const other = input("other", states!.shape);
  const still = { probabilities: (path: string, p: Tensor) => (path.endsWith("attn2") ? mul(p, 0) : p) };
  const outputs = {
    a: unet(part.scope, config, sample!, timestep!, states!, still),
    b: unet(part.scope, config, sample!, timestep!, other, still),
    c: unet(part.scope, config, sample!, timestep!, other),
  };
  const value = golden.get("input.states")!;
  const feeds = { ...feedsOf(golden), other: { ...value, data: (value.data as Float32Array).map((x) => -x) } };
  const { a, b, c } = await run(outputs, feeds, part.root);
  assert.deepEqual(a, b);
  assert.ok(relativeError(c!, a!) > 0.01);
});

test("an option that is not supported is refused by name", () => {
  const refused = (json: Record<string, unknown>, message: string) =>
    assert.throws(() => parseUNetConfig(json), { name: "VisiiError", code: "model", message });
  refused({ addition_embed_type: "image" }, 'unet/config.json: addition_embed_type "image" is not supported');
  refused(
    { mid_block_type: null, class_embed_type: "timestep" },
    'unet/config.json: class_embed_type "timestep" is not supported',
  );
  refused(
    { down_block_types: ["AttnDownBlock2D"] },
    'unet/config.json: down_block_types "AttnDownBlock2D" is not supported',
  );
  refused({ attention_head_dim: [5, 10] }, "unet/config.json: attention_head_dim [5,10] is not supported");
  refused({ norm_num_groups: 0 }, "unet/config.json: norm_num_groups 0 is not supported");
  refused({ something_new: 3 }, "unet/config.json: something_new 3 is not supported");
  refused(
    { _class_name: "UNet3DConditionModel" },
    'unet/config.json: _class_name "UNet3DConditionModel" is not supported',
  );
});

test("an absent option means what diffusers means by it", () => {
  const config = parseUNetConfig({ sample_size: 64, in_channels: 8, cross_attention_dim: 768 });
  assert.deepEqual(
    config.levels.map(({ channels, heads, downAttention, upAttention }) => [
      channels,
      heads,
      downAttention,
      upAttention,
    ]),
    [
      [320, 8, true, true],
      [640, 8, true, true],
      [1280, 8, true, true],
      [1280, 8, false, false],
    ],
  );
  assert.equal(config.timeEmbeddingWidth, 1280);
  assert.equal(config.normGroups, 32);
});
