import assert from "node:assert/strict";
import { test } from "node:test";
import { isVisiiError } from "../../src/errors.ts";
import { planFiles } from "../../src/hub/plan.ts";

const paths = (...names: string[]) =>
  planFiles(
    "a/b",
    names.map((path, i) => ({ path, size: i, hash: "0".repeat(40) })),
  ).map(({ path }) => path);

const PIPELINE = [
  "model_index.json",
  "scheduler/scheduler_config.json",
  "tokenizer/vocab.json",
  "tokenizer/merges.txt",
  "text_encoder/config.json",
  "text_encoder/model.safetensors",
  "vae/config.json",
  "vae/diffusion_pytorch_model.safetensors",
  "unet/config.json",
];

test("a pipeline's index comes last, so that half a model is none", () => {
  const chosen = paths(...PIPELINE, "unet/diffusion_pytorch_model.safetensors");
  assert.equal(chosen.at(-1), "model_index.json");
  assert.equal(chosen.length, PIPELINE.length + 1);
});

test("what visii's own models have beside a pipeline's parts comes along, and nothing else does", () => {
  const own = ["clip/config.json", "clip/model.safetensors", "soft_words/config.json", "soft_words/model.safetensors"];
  const unet = "unet/diffusion_pytorch_model.safetensors";
  const chosen = paths(...PIPELINE, unet, ...own, "safety_checker/config.json", "safety_checker/model.safetensors");
  assert.deepEqual(chosen.toSorted(), [...PIPELINE, unet, ...own].toSorted());
});

const UNETS: [what: string, there: string[], chosen: string[]][] = [
  [
    "full precision",
    ["diffusion_pytorch_model.fp16.safetensors", "diffusion_pytorch_model.safetensors"],
    ["diffusion_pytorch_model.safetensors"],
  ],
  [
    "half, where there is no other",
    [
      "diffusion_pytorch_model.fp16.safetensors",
      "diffusion_pytorch_model.non_ema.safetensors",
      "diffusion_pytorch_model.bin",
    ],
    ["diffusion_pytorch_model.fp16.safetensors"],
  ],
  [
    "shards, with their index",
    [
      "diffusion_pytorch_model.safetensors.index.json",
      "diffusion_pytorch_model-00001-of-00002.safetensors",
      "diffusion_pytorch_model-00002-of-00002.safetensors",
      "diffusion_pytorch_model.bin.index.json",
      "diffusion_pytorch_model.fp16.safetensors",
    ],
    [
      "diffusion_pytorch_model.safetensors.index.json",
      "diffusion_pytorch_model-00001-of-00002.safetensors",
      "diffusion_pytorch_model-00002-of-00002.safetensors",
    ],
  ],
  [
    "half in shards, as transformers names them",
    ["model.safetensors.index.fp16.json", "model.fp16-00001-of-00001.safetensors"],
    ["model.safetensors.index.fp16.json", "model.fp16-00001-of-00001.safetensors"],
  ],
];
for (const [what, there, chosen] of UNETS) {
  test(`one set of weights: ${what}`, () => {
    const all = paths(...PIPELINE, ...there.map((name) => `unet/${name}`));
    assert.deepEqual(
      all.filter((path) => path.startsWith("unet/")).sort(),
      ["config.json", ...chosen].map((name) => `unet/${name}`).sort(),
    );
  });
}

test("a network of transformers' has its tokenizer and preprocessor with it", () => {
  const wanted = [
    "README.md",
    "config.json",
    "merges.txt",
    "model.safetensors",
    "preprocessor_config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.json",
  ];
  const others = [
    "flax_model.msgpack",
    "pytorch_model.bin",
    "tf_model.h5",
    ".gitattributes",
    "onnx/model.onnx",
    "generation_config.json",
  ];
  const chosen = paths(...wanted, ...others);
  assert.deepEqual(chosen.toSorted(), wanted);
  assert.equal(chosen.at(-1), "config.json");
});

const REFUSED: [what: string, names: string[], sentence: RegExp][] = [
  [
    "only pickles in a part",
    [...PIPELINE, "unet/diffusion_pytorch_model.bin"],
    /^a\/b: its weights are Python pickles \(unet\/diffusion_pytorch_model\.bin\), which can run any program .*refs\/pr\/1, or convert it with diffusers' save_pretrained\(folder, safe_serialization=True\)\.$/,
  ],
  ["only a pickle at all", ["model.ckpt", "README.md"], /Python pickles \(model\.ckpt\)/],
  ["only a pickle in a single network", ["config.json", "pytorch_model.bin"], /Python pickles \(pytorch_model\.bin\)/],
  ["a part without weights", PIPELINE, /there are no weights in unet\//],
  [
    "another kind of pipeline",
    ["model_index.json", "transformer/config.json", "vae/config.json"],
    /it has no unet, no text_encoder, no tokenizer, no scheduler\.$/,
  ],
  ["no model", ["README.md"], /it has neither model_index\.json nor config\.json\.$/],
];
for (const [what, names, sentence] of REFUSED) {
  test(`refuses ${what}`, () => {
    assert.throws(
      () => paths(...names),
      (error) => isVisiiError(error, "model") && sentence.test(error.message),
    );
  });
}
