import assert from "node:assert/strict";
import { test } from "node:test";
import { attention, input, type OnnxModel, type Tensor, toOnnx } from "../../src/graph/index.ts";
import { decodeJob, denoiseJob, encodeJob, learnStepJob, validateJob } from "../../src/jobs/index.ts";
import { parseUNetConfig, parseVaeConfig } from "../../src/models/index.ts";
import { checkBuffers, WEBGPU_BINDING } from "../../src/runtime/limits.ts";
import { inputScope } from "../../src/weights/index.ts";

// Stable Diffusion 1.5's networks, by their configurations alone: parameters are inputs, so there are no weights.
const unet = () => ({
  config: parseUNetConfig({ in_channels: 8, cross_attention_dim: 768 }),
  scope: inputScope().scope,
});
const vae = () => ({
  config: parseVaeConfig({
    block_out_channels: [128, 256, 512, 512],
    layers_per_block: 2,
    down_block_types: Array(4).fill("DownEncoderBlock2D"),
    up_block_types: Array(4).fill("UpDecoderBlock2D"),
  }),
  scope: inputScope().scope,
});
const square = (side: number) => ({ height: side, width: side });

const JOBS: Record<string, (pixels: number) => Record<string, Tensor>> = {
  encode: (pixels) => encodeJob(vae(), square(pixels)),
  decode: (pixels) => decodeJob(vae(), square(pixels / 8)),
  denoise: (pixels) => denoiseJob(unet(), square(pixels / 8), 77),
  "validate, 4 samples": (pixels) => validateJob(unet(), square(pixels / 8), 77, 4),
  "learning step": (pixels) => learn(pixels, 1, false),
  "learning step, guided": (pixels) => learn(pixels, 1, true),
  "learning step, 4 samples": (pixels) => learn(pixels, 4, false),
};

function learn(pixels: number, batch: number, guided: boolean): Record<string, Tensor> {
  return learnStepJob(unet(), undefined, { size: square(pixels / 8), tokens: 77, batch, guided });
}

/** What is too large for WebGPU, by job and picture's side. */
const TOO_LARGE: Record<number, string[]> = {
  256: [],
  512: ["decode", "validate, 4 samples", "learning step, 4 samples"],
};

test("which of a full-size model's graphs WebGPU takes", () => {
  for (const [side, expected] of Object.entries(TOO_LARGE)) {
    const rows = Object.entries(JOBS).map(([job, build]) => {
      const { largest } = toOnnx(build(Number(side)), { webgpu: true });
      const { name, shape, bytes } = largest!;
      return { job, name, shape, bytes, fits: bytes <= WEBGPU_BINDING };
    });
    const lines = rows.map(
      ({ job, name, shape, bytes, fits }) =>
        `  ${job.padEnd(26)} ${(bytes / 2 ** 20).toFixed(0).padStart(5)} MiB  ${fits ? "fits    " : "too much"}  ${name}[${shape.join(",")}]`,
    );
    console.log(`${side}², largest value of a full-size model's graphs:\n${lines.join("\n")}`);
    assert.deepEqual(
      rows.filter(({ fits }) => !fits).map(({ job }) => job),
      expected,
      `${side}²`,
    );
  }
});

test("attention's blocks shrink until a block's scores are bound in one piece, forwards and backwards", () => {
  const [q, k] = [input("q", [3, 9216, 320]), input("k", [3, 9216, 320])];
  const largest = (model: OnnxModel) => model.largest!;
  const y = attention(q, k, k, { heads: 8 });
  assert.ok(largest(toOnnx({ y }, { webgpu: true })).bytes <= WEBGPU_BINDING);
  const whole = attention(q, k, k, { heads: 8, form: "materialized" });
  assert.deepEqual(largest(toOnnx({ whole })).shape, [3, 8, 9216, 9216]);
});

test("what is too large is named, with its size and a way out", () => {
  const model = toOnnx({
    y: attention(input("q", [1, 4, 4]), input("k", [1, 4, 4]), input("v", [1, 4, 4]), { heads: 1 }),
  });
  checkBuffers(model.largest);
  assert.throws(
    () => checkBuffers(model.largest, 32),
    /^VisiiError: q float32\[1,4,4\] takes 1 MiB, .* use smaller pictures \(--resolution\), or .* \(--device cpu\)\.$/,
  );
});
