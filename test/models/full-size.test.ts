import assert from "node:assert/strict";
import { test } from "node:test";
import { input, sizeOf, type Tensor } from "../../src/graph/index.ts";
import {
  clipImageEmbeds,
  clipTextEmbeds,
  logitScale,
  parseClipConfig,
  parseUNetConfig,
  parseVaeConfig,
  tokenEmbedding,
  unet,
  vaeDecode,
  vaeEncode,
} from "../../src/models/index.ts";
import { inputScope } from "../../src/weights/index.ts";

/** How many numbers PyTorch counts in the published models: a wrong shape or a forgotten layer shows. */
function count(parameters: ReadonlyMap<string, Tensor>): number {
  return [...parameters.values()].reduce((total, { shape }) => total + sizeOf(shape), 0);
}

test("InstructPix2Pix's UNet has 859,532,484 parameters", () => {
  const { scope, parameters } = inputScope();
  const config = parseUNetConfig({ in_channels: 8, cross_attention_dim: 768 });
  const out = unet(scope, config, input("sample", [1, 8, 64, 64]), input("timestep", [1]), input("c", [1, 77, 768]));
  assert.deepEqual(out.shape, [1, 4, 64, 64]);
  assert.equal(count(parameters), 859_532_484);
});

test("Stable Diffusion 2's UNet, of linear projections and heads by level, has 865,910,724", () => {
  const { scope, parameters } = inputScope();
  const config = parseUNetConfig({
    cross_attention_dim: 1024,
    use_linear_projection: true,
    attention_head_dim: [5, 10, 20, 20],
  });
  unet(scope, config, input("sample", [1, 4, 96, 64]), input("timestep", [1]), input("c", [1, 77, 1024]));
  assert.equal(count(parameters), 865_910_724);
});

test("its VAE has 83,653,863", () => {
  const { scope, parameters } = inputScope();
  const config = parseVaeConfig({
    block_out_channels: [128, 256, 512, 512],
    layers_per_block: 2,
    down_block_types: Array(4).fill("DownEncoderBlock2D"),
    up_block_types: Array(4).fill("UpDecoderBlock2D"),
  });
  const { mean } = vaeEncode(scope, config, input("pixels", [1, 3, 512, 384]));
  assert.deepEqual(mean.shape, [1, 4, 64, 48]);
  assert.deepEqual(vaeDecode(scope, config, mean).shape, [1, 3, 512, 384]);
  assert.equal(count(parameters), 83_653_863);
});

test("CLIP ViT-L/14 has 427,616,513", () => {
  const { scope, parameters } = inputScope();
  const config = parseClipConfig({
    projection_dim: 768,
    text_config: { hidden_size: 768, intermediate_size: 3072, num_attention_heads: 12 },
    vision_config: {
      hidden_size: 1024,
      intermediate_size: 4096,
      num_attention_heads: 16,
      num_hidden_layers: 24,
      patch_size: 14,
    },
  });
  const tokens = tokenEmbedding(scope, config.text, input("ids", [2, 77], "int64"));
  assert.deepEqual(clipTextEmbeds(scope, config, tokens, input("rows", [2], "int64")).shape, [2, 768]);
  assert.deepEqual(clipImageEmbeds(scope, config, input("pixels", [1, 3, 224, 224])).shape, [1, 768]);
  logitScale(scope);
  assert.equal(count(parameters), 427_616_513);
});
