import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isVisiiError } from "../../src/errors.ts";
import { Generator } from "../../src/rng/index.ts";
import {
  createScheduler,
  type PredictionType,
  parseSchedulerConfig,
  type Scheduler,
  type SchedulerOptions,
  type TimestepSpacing,
} from "../../src/schedulers/index.ts";
import { relativeError } from "./golden.ts";

const SIZE = 32;
const STEPS = 12;
const random = new Generator(5);
const original = random.randn(SIZE);
const noises = Array.from({ length: STEPS + 1 }, () => random.randn(SIZE));
const usage = (error: unknown) => isVisiiError(error, "usage");

interface Case {
  readonly name: string;
  readonly kind: "ddpm" | "ddim" | "euler-ancestral" | "dpm-solver++";
  readonly eta?: number;
  /** Why this one may not continue from the middle of another run. */
  readonly remembers?: string;
}

const CASES: Case[] = [
  { name: "DDPM", kind: "ddpm" },
  { name: "DDIM", kind: "ddim" },
  { name: "DDIM, eta 1", kind: "ddim", eta: 1 },
  { name: "Euler ancestral", kind: "euler-ancestral" },
  { name: "DPM-Solver++", kind: "dpm-solver++", remembers: "a second-order step looks back at the one before" },
];

function make(
  { kind, eta = 0 }: Case,
  prediction: PredictionType,
  spacing: TimestepSpacing,
  options: SchedulerOptions = {},
): Scheduler {
  const config = {
    beta_start: 0.00085,
    beta_end: 0.012,
    beta_schedule: "scaled_linear",
    clip_sample: false,
    prediction_type: prediction,
    timestep_spacing: spacing,
    steps_offset: spacing === "leading" ? 1 : 0,
  };
  return createScheduler(parseSchedulerConfig(config, kind), STEPS, { eta, ...options });
}

/** A model that knows the picture: its output is right for the sample that it is shown. */
function knowing(scheduler: Scheduler, input: Float32Array, t: number): Float32Array {
  const { alpha, sigma } = scheduler.schedule.level(t);
  const epsilon = input.map((x, i) => (x - alpha * original[i]) / sigma);
  return scheduler.schedule.predictionType === "epsilon" ? epsilon : scheduler.schedule.velocity(original, epsilon, t);
}

/** All samples of a run, the first one included. */
function run(scheduler: Scheduler, first: Float32Array): Float32Array[] {
  const samples = [first];
  for (let i = 0; i < scheduler.timesteps.length; i++) {
    const output = knowing(scheduler, scheduler.scaleModelInput(samples[i], i), scheduler.timesteps[i]);
    const noise = scheduler.needsNoise(i) ? noises[i + 1] : undefined;
    samples.push(scheduler.step(output, i, samples[i], noise));
  }
  return samples;
}

function start(scheduler: Scheduler): Float32Array {
  return noises[0].map((x) => x * scheduler.initNoiseSigma);
}

for (const each of CASES) {
  describe(each.name, () => {
    for (const prediction of ["epsilon", "v_prediction"] as const) {
      for (const spacing of ["linspace", "leading", "trailing"] as const) {
        test(`${prediction}, ${spacing}: a model that knows the picture leads to it, from noise or half-way`, () => {
          const whole = make(each, prediction, spacing);
          assert.ok(relativeError(run(whole, start(whole)).at(-1)!, original) < 1e-4);
          const half = make(each, prediction, spacing, { startStep: 5 });
          const noisy = half.addNoise(original, noises[0], half.timesteps[0]);
          assert.ok(relativeError(run(half, noisy).at(-1)!, original) < 1e-4);
        });
      }
    }

    test("timesteps fall, and each step arrives where the next one starts", () => {
      const scheduler = make(each, "epsilon", "trailing");
      assert.equal(scheduler.timesteps.length, STEPS);
      for (let i = 0; i < STEPS - 1; i++) {
        assert.ok(scheduler.timesteps[i + 1] < scheduler.timesteps[i]);
        // DDIM steps by a whole number of timesteps, here 83; the spacing is 83.3.
        assert.ok(Math.abs(scheduler.arrivesAt(i) - scheduler.timesteps[i + 1]) <= 1);
      }
      assert.equal(scheduler.arrivesAt(STEPS - 1), 0);
    });

    test("a run that starts half-way takes the same last steps", { skip: each.remembers }, () => {
      const whole = make(each, "v_prediction", "leading");
      const half = make(each, "v_prediction", "leading", { startStep: 4 });
      assert.deepEqual(half.timesteps, whole.timesteps.slice(4));
      assert.equal(half.initNoiseSigma, whole.initNoiseSigma);
      const sample = noises[0];
      for (let i = 0; i < half.timesteps.length; i++) {
        assert.deepEqual(half.scaleModelInput(sample, i), whole.scaleModelInput(sample, i + 4));
        assert.deepEqual(half.step(original, i, sample, noises[1]), whole.step(original, i + 4, sample, noises[1]));
        assert.equal(half.needsNoise(i), whole.needsNoise(i + 4));
        assert.equal(half.arrivesAt(i), whole.arrivesAt(i + 4));
      }
    });

    test("the same run twice gives the same samples, and nothing that is passed in changes", () => {
      const scheduler = make(each, "epsilon", "leading");
      const first = start(scheduler);
      const kept = [first.slice(), ...noises.map((noise) => noise.slice())];
      const samples = run(scheduler, first);
      assert.deepEqual(run(scheduler, first), samples);
      assert.deepEqual([first, ...noises], kept);
    });

    test("noise matters exactly where it is asked for", () => {
      const scheduler = make(each, "epsilon", "leading");
      const asks = Array.from({ length: STEPS }, (_, i) => scheduler.needsNoise(i));
      const ancestral = each.kind === "ddpm" || each.kind === "euler-ancestral" || each.eta === 1;
      assert.deepEqual(
        asks,
        asks.map((_, i) => ancestral && i < STEPS - 1),
      );
      for (let i = 0; i < STEPS; i++) {
        const [a, b] = [noises[1], noises[2]].map((noise) => scheduler.step(original, i, noises[0], noise));
        assert.equal(relativeError(a, b) > 0, asks[i], `step ${i}`);
        if (asks[i]) {
          assert.throws(() => scheduler.step(original, i, noises[0]), usage);
          assert.throws(() => scheduler.step(original, i, noises[0], noises[1].slice(1)), usage);
        }
      }
    });

    test("steps that don't exist and samples that don't fit are refused", () => {
      const scheduler = make(each, "epsilon", "leading", { startStep: 2 });
      for (const index of [-1, STEPS - 2, 0.5, Number.NaN]) {
        assert.throws(() => scheduler.step(original, index, original, noises[0]), usage);
        assert.throws(() => scheduler.arrivesAt(index), usage);
      }
      assert.throws(() => scheduler.step(original.slice(1), 0, original, noises[0]), usage);
      assert.throws(() => scheduler.addNoise(original, noises[0].slice(1), scheduler.timesteps[0]), usage);
    });
  });
}
