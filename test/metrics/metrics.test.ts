import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Image } from "../../src/image/pixels.ts";
import {
  changeSimilarity,
  cosine,
  errorRatio,
  gmsd,
  imageSimilarity,
  leakage,
  meanSquaredError,
  psnr,
  ssim,
} from "../../src/metrics/index.ts";

interface PictureCase {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly a: number[];
  readonly b: number[];
  readonly mse: number;
  readonly psnr: number;
  readonly ssim: number;
  readonly gmsd: number;
}

type Vectors = "x" | "y" | "input" | "output" | "truth" | "captionBefore" | "captionAfter";
type ClipCase = Record<Vectors, number[]> & Record<"image" | "directional" | "visual" | "leakage", number>;

const golden = JSON.parse(readFileSync("test/goldens/metrics.json", "utf8")) as {
  readonly pictures: readonly PictureCase[];
  readonly clip: readonly ClipCase[];
};

const near = (actual: number, expected: number, tolerance: number, what: string) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual} against ${expected}`);

for (const { name, width, height, a, b, ...wanted } of golden.pictures) {
  test(`errors between pictures are PyTorch's: ${name} sides`, () => {
    const [left, right] = [a, b].map((data): Image => ({ width, height, data: Uint8Array.from(data) })) as [
      Image,
      Image,
    ];
    const mse = meanSquaredError(left, right);
    near(mse, wanted.mse, 1e-12, "mse");
    near(psnr(mse), wanted.psnr, 1e-9, "psnr");
    near(ssim(left, right), wanted.ssim, 1e-9, "ssim");
    near(gmsd(left, right), wanted.gmsd, 1e-9, "gmsd");
    assert.equal(psnr(meanSquaredError(left, left)), 100);
    near(ssim(left, left), 1, 1e-12, "ssim of equal pictures");
    assert.equal(gmsd(left, left), 0);
    assert.equal(errorRatio(left, right, left), 1);
  });
}

for (const [i, { image, directional, visual, leakage: leaked, ...vectors }] of golden.clip.entries()) {
  test(`similarities in CLIP's space are PyTorch's: case ${i + 1}`, () => {
    const of = (key: Vectors) => Float32Array.from(vectors[key]);
    const change = { before: of("input"), after: of("output") };
    near(imageSimilarity(of("input"), of("output")), image, 1e-6, "image");
    const captions = { before: of("captionBefore"), after: of("captionAfter") };
    near(changeSimilarity(change, captions), directional, 1e-6, "directional");
    near(changeSimilarity(change, { before: of("x"), after: of("y") }), visual, 1e-6, "visual");
    near(leakage(of("output"), of("truth"), of("y")), leaked, 1e-6, "leakage");
  });
}

test("leakage is 0 for the truth and 1 for the example's after picture; what has not changed has no direction", () => {
  const [truth, example] = [Float32Array.of(1, 0, 0), Float32Array.of(0, 1, 0)];
  assert.equal(leakage(truth, truth, example), 0);
  assert.equal(leakage(example, truth, example), 1);
  assert.equal(changeSimilarity({ before: truth, after: truth }, { before: truth, after: example }), 0);
  assert.equal(cosine([0, 0], [1, 0]), 0);
});

test("pictures of two sizes, or too small for SSIM's window, are refused", () => {
  const picture = (width: number, height: number): Image => ({
    width,
    height,
    data: new Uint8Array(3 * width * height),
  });
  assert.throws(() => meanSquaredError(picture(12, 12), picture(12, 13)), /meanSquaredError: 12×12 against 12×13/);
  assert.throws(() => ssim(picture(10, 20), picture(10, 20)), /at least 11 pixels, got 10×20/);
});
