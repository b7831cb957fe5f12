import assert from "node:assert/strict";
import { test } from "node:test";
import { isVisiiError } from "../../src/errors.ts";
import { Generator, noiseFor, noiseSeed } from "../../src/rng/index.ts";

test("the stored noise depends on seed, timestep and size alone", () => {
  assert.deepEqual(noiseFor(7, 500, 64), noiseFor(7n, 500, 64));
  assert.notDeepEqual(noiseFor(7, 500, 64), noiseFor(7, 501, 64));
  assert.notDeepEqual(noiseFor(7, 500, 64), noiseFor(8, 500, 64));
  assert.notDeepEqual(noiseFor(7, 500, 64), noiseFor(7n + 2n ** 32n, 500, 64), "all 64 bits of the seed count");
});

test("no two timesteps of a seed share their sub-seed", () => {
  for (const seed of [0, 1, -1, 2n ** 63n]) {
    assert.equal(new Set(Array.from({ length: 1000 }, (_, t) => noiseSeed(seed, t))).size, 1000);
  }
});

test("the mix is pinned: stored instructions depend on it", () => {
  // Worked out in Python from the formula in noise.ts.
  assert.deepEqual(
    [noiseSeed(0, 0), noiseSeed(7, 500), noiseSeed(-1, 999), noiseSeed(2n ** 40n, 1)],
    [2833648942, 3905745201, 2908413396, 4268253814],
  );
  assert.deepEqual(noiseFor(7, 500, 40), new Generator(noiseSeed(7, 500)).randn(40));
});

test("the noises of all timesteps together are standard normal and uncorrelated with their neighbours", () => {
  const noises = Array.from({ length: 1000 }, (_, t) => noiseFor(11, t, 256));
  let sum = 0;
  let squares = 0;
  let neighbours = 0;
  noises.forEach((noise, t) => {
    noise.forEach((value, i) => {
      sum += value;
      squares += value * value;
      neighbours += value * noises[(t + 1) % 1000][i];
    });
  });
  const n = 256_000;
  // Five standard deviations of each estimate.
  assert.ok(Math.abs(sum / n) < 5 / Math.sqrt(n), `mean ${sum / n}`);
  assert.ok(Math.abs(squares / n - 1) < 5 * Math.sqrt(2 / n), `variance ${squares / n}`);
  assert.ok(Math.abs(neighbours / n) < 5 / Math.sqrt(n), `correlation ${neighbours / n}`);
});

test("timesteps out of range are refused", () => {
  for (const timestep of [-1, 0.5, 2 ** 32, Number.NaN]) {
    assert.throws(
      () => noiseFor(0, timestep, 16),
      (error) => isVisiiError(error, "usage"),
    );
  }
});
