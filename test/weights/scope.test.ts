import assert from "node:assert/strict";
import { test } from "node:test";
import { isVisiiError, type VisiiError } from "../../src/errors.ts";
import { modernise } from "../../src/weights/legacy.ts";
import { encodeSafetensors, type TensorData } from "../../src/weights/safetensors.ts";
import { inputScope, weightScope } from "../../src/weights/scope.ts";
import { memorySource } from "../../src/weights/source.ts";
import { mergeWeights, openWeights, readFloat32, type Weights } from "../../src/weights/weights.ts";

const zeros = (...shape: number[]): TensorData => ({
  dtype: "float32",
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});

function weightsOf(tensors: Record<string, TensorData>, location?: string): Promise<Weights> {
  return openWeights(memorySource("unet.safetensors", encodeSafetensors(tensors)), location);
}

function problemsOf(finish: () => void): VisiiError {
  try {
    finish();
  } catch (error) {
    if (isVisiiError(error, "model")) return error;
    throw error;
  }
  throw new Error("finish did not throw");
}

test("scopes spell the checkpoint's keys", async () => {
  const weights = await weightsOf({
    "down.0.resnets.1.conv.weight": zeros(2, 3),
    "down.0.resnets.1.conv.bias": zeros(2),
  });
  const { scope, finish } = weightScope(weights);
  const conv = scope.at("down", 0, "resnets").at(1).at("conv");
  assert.equal(conv.path, "down.0.resnets.1.conv");
  assert.equal(String(conv.param("weight", [2, 3])), "float32[2,3]");
  assert.equal(conv.param("bias", [2]), conv.param("bias", [2]), "a key asked for twice is one tensor");
  assert.ok(scope.has("down") && scope.has("down.0.resnets") && conv.has("weight"));
  assert.ok(!scope.has("dow") && !scope.has("down.0.res") && !conv.has("scale"));
  finish();
});

test("all problems are told at once, 20 of a kind", async () => {
  const extra = Object.fromEntries(Array.from({ length: 23 }, (_, i) => [`extra.${i}`, zeros(1)]));
  const ids: TensorData = { dtype: "int64", shape: [2], data: BigInt64Array.of(0n, 1n) };
  const { scope, finish } = weightScope(await weightsOf({ ...extra, "a.weight": zeros(4, 3), ids, fine: zeros(2) }));
  assert.equal(String(scope.param("a.weight", [3, 4])), "float32[3,4]", "the stand-in has the shape asked for");
  assert.equal(String(scope.at("b").param("bias", [7])), "float32[7]");
  scope.param("ids", [2]);
  scope.param("fine", [2]);
  const { message, data } = problemsOf(finish);
  assert.match(message, /^unet\.safetensors: the weights do not fit the configuration\./);
  assert.match(message, /1 missing:\n {2}b\.bias \[7\]/);
  assert.match(
    message,
    /2 with another shape or type:\n {2}a\.weight: expected \[3,4\], got \[4,3\]\n {2}ids: .*got I64\[2\]/,
  );
  assert.match(message, /23 not known to this model:/);
  assert.equal(message.match(/extra\./g)?.length, 20);
  assert.match(message, /… and 3 more/);
  assert.equal((data.unused as string[]).length, 23);

  assert.match(problemsOf(() => finish({ allowUnused: true })).message, /missing/);
  assert.doesNotMatch(problemsOf(() => finish({ allowUnused: true })).message, /not known/);
  const some = problemsOf(() => finish({ allowUnused: (key) => key !== "extra.7" }));
  assert.deepEqual(some.data.unused, ["extra.7 [1]"]);
});

test("parameters of a file point into it, those in memory carry their bytes", async () => {
  const tensors = { a: zeros(2), b: zeros(3) };
  const inFile = (await weightsOf(tensors, "unet/w.safetensors")).tensors.get("b")!;
  assert.ok("file" in inFile.location);
  assert.equal(inFile.location.file, "unet/w.safetensors");
  assert.equal(inFile.location.length, 12);
  const size = encodeSafetensors(tensors).length;
  assert.equal(inFile.location.offset, size - 12);
  const inMemory = (await weightsOf({ b: { ...zeros(1), data: Float32Array.of(1) } })).tensors.get("b")!;
  assert.ok("data" in inMemory.location);
  assert.deepEqual([...inMemory.location.data], [0, 0, 0x80, 0x3f]);
});

test("reads any stored float as float32", async () => {
  const weights = await weightsOf({
    single: { dtype: "float32", shape: [2], data: Float32Array.of(1.5, -2) },
    half: { dtype: "float16", shape: [2, 1], data: Uint16Array.of(0x3e00, 0xc000) },
    brain: { dtype: "bfloat16", shape: [2], data: Uint16Array.of(0x3fc0, 0xc000) },
    ids: { dtype: "int64", shape: [1], data: BigInt64Array.of(1n) },
  });
  for (const key of ["single", "half", "brain"]) {
    assert.deepEqual([...(await readFloat32(weights, key)).data], [1.5, -2]);
  }
  assert.deepEqual((await readFloat32(weights, "half", [2, 1])).shape, [2, 1]);
  await assert.rejects(readFloat32(weights, "half", [2]), /"half" is \[2,1\], expected \[2\]/);
  await assert.rejects(readFloat32(weights, "none"), /it has no tensor "none"/);
  await assert.rejects(readFloat32(weights, "ids"), /"ids" is stored as I64/);
});

test("shards are one checkpoint, and a key in two of them is refused", async () => {
  const [one, two] = [await weightsOf({ a: zeros(1) }), await weightsOf({ b: zeros(1) })];
  assert.deepEqual([...mergeWeights("unet", [one, two]).tensors.keys()], ["a", "b"]);
  assert.throws(() => mergeWeights("unet", [one, one]), /unet: "a" is in unet\.safetensors and in unet\.safetensors/);
});

test("an input scope makes each parameter an input once, in the order of the building", () => {
  const { scope, parameters } = inputScope();
  const conv = scope.at("conv");
  const weight = conv.param("weight", [2, 3]);
  scope.param("bias", [2]);
  assert.equal(conv.param("weight", [2, 3]), weight);
  assert.deepEqual([...parameters.keys()], ["conv.weight", "bias"]);
  assert.deepEqual(parameters.get("conv.weight")?.shape, [2, 3]);
  assert.ok(!scope.has("conv"));
  assert.ok(inputScope(["conv.weight"]).scope.has("conv"));
  assert.throws(
    () => conv.param("weight", [3, 2]),
    /parameter conv\.weight: is float32\[2,3\], asked for again as \[3,2\]/,
  );
});

test("old names and shapes of the VAE's attention become today's, position_ids go", async () => {
  const old = "encoder.mid_block.attentions.0";
  const tensors: Record<string, TensorData> = {
    [`${old}.proj_attn.bias`]: zeros(4),
    [`${old}.group_norm.weight`]: zeros(4),
    "encoder.conv_in.weight": zeros(4, 3, 1, 1),
    "text_model.embeddings.position_ids": { dtype: "int64", shape: [1, 2], data: BigInt64Array.of(0n, 1n) },
  };
  for (const name of ["query", "key", "value", "proj_attn"]) tensors[`${old}.${name}.weight`] = zeros(4, 4, 1, 1);
  const { tensors: now } = modernise(await weightsOf(tensors));
  assert.deepEqual(Object.fromEntries([...now].map(([key, { shape }]) => [key, shape])), {
    [`${old}.to_q.weight`]: [4, 4],
    [`${old}.to_k.weight`]: [4, 4],
    [`${old}.to_v.weight`]: [4, 4],
    [`${old}.to_out.0.weight`]: [4, 4],
    [`${old}.to_out.0.bias`]: [4],
    [`${old}.group_norm.weight`]: [4],
    "encoder.conv_in.weight": [4, 3, 1, 1],
  });
});

test("a tensor under its old and its new name is refused; other models' names stay", async () => {
  const at = "decoder.mid_block.attentions.0";
  const both = await weightsOf({ [`${at}.query.weight`]: zeros(1), [`${at}.to_q.weight`]: zeros(1) });
  assert.throws(() => modernise(both), /"decoder\.mid_block\.attentions\.0\.to_q\.weight" is there twice/);
  const other = await weightsOf({
    "down_blocks.0.attentions.0.proj_in.weight": zeros(2, 2, 1, 1),
    "a.key.weight": zeros(1),
  });
  assert.deepEqual([...modernise(other).tensors.keys()].sort(), [...other.tensors.keys()].sort());
  assert.deepEqual(modernise(other).tensors.get("down_blocks.0.attentions.0.proj_in.weight")?.shape, [2, 2, 1, 1]);
});

test("a text encoder's keys are found without the prefix that transformers 5 leaves out", async () => {
  const bare = { "embeddings.token_embedding.weight": zeros(3, 2), "final_layer_norm.bias": zeros(2) };
  const names = Object.keys(bare).map((key) => `text_model.${key}`);
  assert.deepEqual([...modernise(await weightsOf(bare)).tensors.keys()].sort(), names.sort());
  const prefixed = Object.fromEntries(names.map((name) => [name, zeros(2)]));
  assert.deepEqual([...modernise(await weightsOf(prefixed)).tensors.keys()].sort(), names.sort());
});
