import assert from "node:assert/strict";
import { test } from "node:test";
import { createScheduler, NoiseSchedule, parseSchedulerConfig } from "../../src/schedulers/index.ts";
import { golden, type LoopGolden, noise, outputs, relativeError, unpack } from "./golden.ts";

// The arithmetic is the same, rounding included, but PyTorch's square roots (Intel's MKL), logarithms and exponentials may be off by
// one in the last bit.
const LOOP_TOLERANCE = 1e-6;
const ONE_STEP_TOLERANCE = 2e-7;
const last = noise[noise.length - 1];

function describe({ class: name, config, steps, startStep, eta }: LoopGolden): string {
  const short = name.replace("DiscreteScheduler", "").replace("MultistepScheduler", "").replace("Scheduler", "");
  const clip = config.clip_sample ? "clip" : "";
  const offset = config.steps_offset ? `+${config.steps_offset}` : "";
  return [
    short.padEnd(15),
    String(config.prediction_type).padEnd(13),
    `${config.timestep_spacing}${offset}`.padEnd(10),
    String(config.beta_schedule).padEnd(14),
    `${startStep}..${steps}`.padEnd(7),
    `eta ${eta}`.padEnd(8),
    clip.padEnd(5),
  ].join("");
}

/** Runs the golden's loop; the worst relative error of all that the golden knows. */
function worstError(loop: LoopGolden): number {
  const { steps, startStep, eta } = loop;
  const scheduler = createScheduler(parseSchedulerConfig(loop.config), steps, { startStep, eta });
  assert.equal(relativeError(scheduler.timesteps, Float32Array.from(loop.timesteps)), 0);
  let worst = Math.abs(scheduler.initNoiseSigma / loop.initNoiseSigma - 1);
  const check = (actual: Float32Array, expected: string) => {
    worst = Math.max(worst, relativeError(actual, unpack(expected)));
  };
  let sample =
    startStep > 0
      ? scheduler.addNoise(last, noise[0], scheduler.timesteps[0])
      : noise[0].map((x) => x * scheduler.initNoiseSigma);
  check(sample, loop.first);
  check(scheduler.scaleModelInput(sample, 0), loop.firstInput);
  for (let i = 0; i < scheduler.timesteps.length; i++) {
    sample = scheduler.step(outputs[i], i, sample, scheduler.needsNoise(i) ? noise[i + 1] : undefined);
    if (loop.trajectory[i] !== undefined) check(sample, loop.trajectory[i]);
  }
  return worst;
}

test(`whole sampling loops are those of diffusers ${golden.diffusers}`, (t) => {
  t.diagnostic("worst relative error of a loop's samples");
  const failures = golden.loops.filter((loop) => {
    const error = worstError(loop);
    t.diagnostic(`${describe(loop)} ${error.toExponential(1)}`);
    return !(error <= LOOP_TOLERANCE);
  });
  assert.deepEqual(failures.map(describe), []);
});

test("the forward process is that of diffusers, its noise levels bit for bit", (t) => {
  t.diagnostic("relative error of     addNoise  velocity");
  for (const expected of golden.schedules) {
    const schedule = new NoiseSchedule(parseSchedulerConfig(expected.config));
    assert.deepEqual(schedule.alphasCumprod, unpack(expected.alphasCumprod));
    for (const { t: timestep, noisy, velocity } of expected.levels) {
      const errors = [
        relativeError(schedule.addNoise(last, noise[0], timestep), unpack(noisy)),
        relativeError(schedule.velocity(last, noise[0], timestep), unpack(velocity)),
      ];
      const row = errors.map((error) => error.toExponential(1).padStart(10)).join("");
      t.diagnostic(`${String(expected.config.beta_schedule).padEnd(14)} t ${String(timestep).padEnd(4)}${row}`);
      assert.ok(Math.max(...errors) <= ONE_STEP_TOLERANCE);
    }
  }
});
