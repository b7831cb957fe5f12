import assert from "node:assert/strict";
import { test } from "node:test";
import { parseVaeConfig, sampleLatents, vaeDecode, vaeEncode } from "../../src/models/index.ts";
import { mse } from "../../src/nn/index.ts";
import { compare, given, goldenGradients, openPart, readGolden } from "./golden.ts";

async function check(name: string, folder: string, part: string | undefined, gradients: number): Promise<void> {
  const golden = await readGolden(name);
  const { scope, config: json, root, parameters, finish } = await openPart(folder, part);
  const config = parseVaeConfig(json);
  const pixels = given(golden, "pixels");
  const moments = vaeEncode(scope, config, pixels);
  const loss = mse(vaeDecode(scope, config, sampleLatents(moments, given(golden, "noise"))), pixels);
  finish();
  const wanted = goldenGradients(golden, loss, parameters);
  assert.equal(Object.keys(wanted).length, gradients);
  const outputs = {
    "output.mean": moments.mean,
    "output.logvar": moments.logvar,
    "output.decoded": vaeDecode(scope, config, given(golden, "latents")),
    "output.loss": loss,
    ...wanted,
  };
  await compare(name, golden, outputs, root);
}

test("nano's VAE encodes, decodes and learns to reconstruct as in PyTorch", () =>
  check("vae-nano", "models/nano", "vae", 16));

test("another VAE: no 1×1 convolutions around the latents, no attention, 3 latent channels", () =>
  check("vae-variant", "test/goldens/models/variant/vae", undefined, 7));

test("an option of the VAE that is not supported is refused by name", () => {
  assert.throws(() => parseVaeConfig({ shift_factor: 0.1 }), /vae\/config\.json: shift_factor 0\.1 is not supported/);
  assert.throws(
    () => parseVaeConfig({ down_block_types: ["AttnDownEncoderBlock2D"] }),
    /down_block_types "AttnDownEncoderBlock2D" is not supported/,
  );
  assert.throws(() => parseVaeConfig({ block_out_channels: [8, 16] }), /differ in length/);
});

test("pixels per latent follow from the levels", () => {
  const four = { block_out_channels: [128, 256, 512, 512] };
  const types = {
    down_block_types: Array(4).fill("DownEncoderBlock2D"),
    up_block_types: Array(4).fill("UpDecoderBlock2D"),
  };
  assert.equal(parseVaeConfig({ ...four, ...types }).factor, 8);
  assert.equal(parseVaeConfig({ ...four, ...types }).scalingFactor, 0.18215);
});
