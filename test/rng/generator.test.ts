import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isVisiiError } from "../../src/errors.ts";
import { Generator } from "../../src/rng/index.ts";

interface SeedGolden {
  readonly seed: string;
  readonly words: number[];
  readonly float64: number[];
  readonly uniform: number[];
  readonly randint: number[];
  readonly randperm: number[];
  readonly randn: number[][];
}

const golden = JSON.parse(readFileSync(new URL("../goldens/rng/torch.json", import.meta.url), "utf8")) as {
  torch: string;
  seeds: SeedGolden[];
};

for (const expected of golden.seeds) {
  test(`seed ${expected.seed}: integers and uniforms are those of PyTorch ${golden.torch}`, () => {
    const fresh = () => new Generator(BigInt(expected.seed));
    const words = fresh();
    assert.deepEqual(
      expected.words.map(() => words.uint32()),
      expected.words,
    );
    const doubles = fresh();
    assert.deepEqual(
      expected.float64.map(() => doubles.random53()),
      expected.float64,
    );
    assert.deepEqual(fresh().uniform(37), Float32Array.from(expected.uniform));
    assert.deepEqual([...fresh().randint(-5, 1000, 40)], expected.randint);
    assert.deepEqual([...fresh().shuffle(100)], expected.randperm);
  });
}

test("normals are PyTorch's to 1e-6, short draws and long ones in turn", (t) => {
  t.diagnostic("seed                  largest difference of a normal");
  for (const { seed, randn } of golden.seeds) {
    const generator = new Generator(BigInt(seed));
    let worst = 0;
    for (const values of randn) {
      const ours = generator.randn(values.length);
      assert.equal(ours.length, values.length);
      values.forEach((value, i) => {
        worst = Math.max(worst, Math.abs(ours[i] - value));
      });
    }
    t.diagnostic(`${seed.padEnd(22)}${worst.toExponential(1)}`);
    assert.ok(worst <= 1e-6, `seed ${seed}: a normal is off by ${worst}`);
  }
});

test("a generator resumed from its state, through JSON, goes on as the original does", () => {
  const original = new Generator(7);
  original.randn(3); // an odd, short draw leaves a normal in the cache
  const resumed = Generator.fromState(JSON.parse(JSON.stringify(original.state())));
  assert.deepEqual(resumed.randn(5), original.randn(5));
  assert.deepEqual(resumed.randn(700), original.randn(700));
  assert.deepEqual(resumed.state(), original.state());
});

test("a state is a snapshot: drawing on does not change it", () => {
  const generator = new Generator(1);
  const state = generator.state();
  const first = generator.uniform(1000);
  assert.deepEqual(Generator.fromState(state).uniform(1000), first);
});

test("number and big integer seeds mean the same", () => {
  assert.deepEqual(new Generator(-1).uniform(4), new Generator(-1n).uniform(4));
  assert.notDeepEqual(new Generator(0).uniform(4), new Generator(1).uniform(4));
});

test("a shuffle holds every number once", () => {
  const order = new Generator(3).shuffle(1000);
  assert.equal(new Set(order).size, 1000);
  assert.equal(Math.max(...order), 999);
  assert.deepEqual([...new Generator(3).shuffle(0)], []);
});

test("nonsense is refused", () => {
  const usage = (error: unknown) => isVisiiError(error, "usage");
  for (const seed of [0.5, Number.NaN, 2 ** 60, 2n ** 64n, -(2n ** 63n) - 1n]) {
    assert.throws(() => new Generator(seed), usage, String(seed));
  }
  const generator = new Generator(0);
  assert.throws(() => generator.randn(-1), usage);
  assert.throws(() => generator.uniform(1.5), usage);
  assert.throws(() => generator.randint(5, 5, 1), usage);
  assert.throws(() => generator.randint(0, 2 ** 29, 1), usage);
  const state = generator.state();
  const input = (error: unknown) => isVisiiError(error, "input");
  assert.throws(() => Generator.fromState({ ...state, words: state.words.slice(1) }), input);
  assert.throws(() => Generator.fromState({ ...state, words: [-1, ...state.words.slice(1)] }), input);
  assert.throws(() => Generator.fromState({ ...state, position: 625 }), input);
});
