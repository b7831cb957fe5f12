import assert from "node:assert/strict";
import { test } from "node:test";
import { isVisiiError } from "../../src/errors.ts";
import { parseClipTextConfig, parseUNetConfig, parseVaeConfig } from "../../src/models/index.ts";
import { ldmParts } from "../../src/weights/ldm.ts";
import { ldmConfigs } from "../../src/weights/ldm-config.ts";
import type { StoredTensor, Weights } from "../../src/weights/weights.ts";
import { golden, isProjection, type Part } from "./ldm.ts";

/** A checkpoint of which there is only the header: key → shape. */
function checkpoint(shapes: Iterable<readonly [key: string, shape: readonly number[]]>): Weights {
  const tensors = [...shapes].map(([key, shape]): [string, StoredTensor] => {
    const location = { file: "x.safetensors", offset: 8, length: 0 };
    return [key, { file: "x", dtype: "F16", shape, location, read: async () => new Uint8Array(0) }];
  });
  return { name: "x.safetensors", tensors: new Map(tensors) };
}

const shapes = (size: "full" | "small") =>
  golden.tensors.map(([part, original, , full, small]): [string, number[]] => [
    golden.prefixes[part] + original,
    size === "full" ? full : small,
  ]);

/** What other files of this family hold beside the networks. */
const beside: [string, number[]][] = [
  ["model_ema.decay", []],
  ["model_ema.diffusion_modelinput_blocks00weight", [320, 8, 3, 3]],
  ["betas", [1000]],
  ["alphas_cumprod_prev", [1000]],
  ["cond_stage_model.transformer.text_model.embeddings.position_ids", [1, 77]],
  ["cond_stage_model.logit_scale", []],
  ["first_stage_model.loss.logvar", []],
  ["first_stage_model.model_ema.decay", []],
];

for (const size of ["full", "small"] as const) {
  test(`every tensor of InstructPix2Pix (${size}) gets the name and shape that diffusers gives it`, () => {
    const file = checkpoint([...shapes(size), ...beside]);
    const parts = ldmParts(file);
    for (const part of Object.keys(golden.prefixes) as Part[]) {
      const expected = golden.tensors
        .filter((row) => row[0] === part)
        .map(([, , name, full, small]): [string, number[]] => {
          const shape = size === "full" ? full : small;
          return [name, part === "vae" && isProjection(name) ? shape.slice(0, 2) : shape];
        });
      const got = [...parts[part].tensors].map(([name, { shape }]): [string, readonly number[]] => [name, shape]);
      assert.deepEqual(got.toSorted(), expected.toSorted());
    }
  });

  test(`the configurations of InstructPix2Pix (${size}) follow from its shapes, as diffusers has them`, () => {
    const ours = ldmConfigs(ldmParts(checkpoint(shapes(size))));
    const theirs = golden.configs[size];
    assert.deepEqual(parseUNetConfig(ours.unet), parseUNetConfig(theirs.unet));
    assert.deepEqual(parseVaeConfig(ours.vae), parseVaeConfig(theirs.vae));
    assert.deepEqual(parseClipTextConfig(ours.text_encoder), parseClipTextConfig(theirs.text_encoder));
  });
}

test("a tensor keeps its place in the file, under its new name and shape", () => {
  const file = checkpoint(shapes("small"));
  const old = file.tensors.get("first_stage_model.decoder.mid.attn_1.q.weight");
  const renamed = ldmParts(file).vae.tensors.get("decoder.mid_block.attentions.0.to_q.weight");
  assert.deepEqual(old?.shape, [96, 96, 1, 1]);
  assert.deepEqual(renamed, { ...old, shape: [96, 96] });
});

test("a text encoder without its prefix is read as well", () => {
  const bare = shapes("small").map(([key, shape]): [string, number[]] => [key.replace(".text_model.", "."), shape]);
  assert.ok(ldmParts(checkpoint(bare)).text_encoder.tensors.has("text_model.final_layer_norm.weight"));
});

const others: [what: string, keys: string[], message: RegExp][] = [
  ["SD 2", ["cond_stage_model.model.token_embedding.weight"], /this is a Stable Diffusion 2 model; /],
  ["SDXL", ["conditioner.embedders.1.model.ln_final.bias"], /this is a Stable Diffusion XL model; /],
  ["SD 3", ["model.diffusion_model.joint_blocks.0.x_block.mlp.fc1.weight"], /this is a Stable Diffusion 3 model; /],
  ["Flux", ["double_blocks.0.img_attn.qkv.weight"], /this is a Flux model; /],
  ["a ControlNet", ["control_model.time_embed.0.weight"], /this is a ControlNet; /],
  ["a LoRA", ["lora_unet_down_blocks_0_attentions_0_proj_in.lora_up.weight"], /this is a LoRA, an addition/],
  ["a network", ["down_blocks.0.resnets.0.conv1.weight"], /this is one network of a model, whose whole folder/],
  ["an instruction", ["prompt_embeds"], /this is an instruction, not a model; /],
  ["something", ["a"], /no tensors called model\.diffusion_model\.\* or first_stage_model\.\* or cond_stage_model/],
  [
    "a UNet alone",
    ["model.diffusion_model.out.0.bias"],
    /called first_stage_model\.\* or cond_stage_model[^,]*; a single/,
  ],
];

for (const [what, keys, message] of others) {
  test(`says what it is when a file holds ${what}`, () => {
    const file = checkpoint(keys.map((key): [string, number[]] => [key, [1]]));
    assert.throws(
      () => ldmParts(file),
      (error) => isVisiiError(error, "model") && message.test(error.message),
    );
  });
}

test("names the tensor without which a size can't be told", () => {
  const file = checkpoint(shapes("small").filter(([key]) => !key.endsWith("input_blocks.0.0.weight")));
  assert.throws(() => ldmConfigs(ldmParts(file)), /x\.safetensors: unet: conv_in\.weight is missing from it/);
});
