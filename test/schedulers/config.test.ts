import assert from "node:assert/strict";
import { test } from "node:test";
import { isVisiiError, type VisiiError } from "../../src/errors.ts";
import { createScheduler, NoiseSchedule, parseSchedulerConfig, startStepFor } from "../../src/schedulers/index.ts";
import { noise, relativeError } from "./golden.ts";

const usage = (error: unknown) => isVisiiError(error, "usage");

test("the file of timbrooks/instruct-pix2pix parses", () => {
  const config = parseSchedulerConfig({
    _class_name: "EulerAncestralDiscreteScheduler",
    _diffusers_version: "0.12.0.dev0",
    beta_end: 0.012,
    beta_schedule: "scaled_linear",
    beta_start: 0.00085,
    clip_sample: false,
    num_train_timesteps: 1000,
    prediction_type: "epsilon",
    set_alpha_to_one: false,
    skip_prk_steps: true,
    steps_offset: 1,
    trained_betas: null,
  });
  assert.equal(config.kind, "euler-ancestral");
  assert.equal(config.timestepSpacing, "linspace");
  assert.equal(config.clipRange, null);
});

test("another sampler can be taken with a file's noise schedule", () => {
  const file = { _class_name: "PNDMScheduler", beta_end: 0.012, beta_schedule: "scaled_linear", skip_prk_steps: true };
  assert.throws(() => parseSchedulerConfig(file), /_class_name "PNDMScheduler"/);
  const config = parseSchedulerConfig(file, "ddim");
  assert.equal(config.kind, "ddim");
  assert.equal(config.betaEnd, 0.012);
  assert.equal(config.timestepSpacing, "leading");
});

test("what is not supported is refused by name", () => {
  const refusals: ReadonlyArray<readonly [string, unknown, string]> = [
    ["DDIMScheduler", "sample", "prediction_type"],
    ["DDIMScheduler", "squaredcos_cap_v2", "beta_schedule"],
    ["DDIMScheduler", [0.1, 0.2], "trained_betas"],
    ["DDIMScheduler", true, "rescale_betas_zero_snr"],
    ["DDPMScheduler", true, "thresholding"],
    ["DDPMScheduler", "learned_range", "variance_type"],
    ["DPMSolverMultistepScheduler", 3, "solver_order"],
    ["DPMSolverMultistepScheduler", "sde-dpmsolver++", "algorithm_type"],
    ["DPMSolverMultistepScheduler", true, "use_karras_sigmas"],
    ["EulerAncestralDiscreteScheduler", "karras", "timestep_spacing"],
    ["EulerAncestralDiscreteScheduler", "1000", "num_train_timesteps"],
    ["EulerAncestralDiscreteScheduler", -1, "steps_offset"],
    ["EulerAncestralDiscreteScheduler", 1, "an_option_of_tomorrow"],
  ];
  for (const [name, value, option] of refusals) {
    assert.throws(
      () => parseSchedulerConfig({ _class_name: name, [option]: value }),
      (error) => isVisiiError(error, "model") && error.message.includes(option),
      option,
    );
  }
  for (const json of [null, [], "DDIMScheduler", {}, { _class_name: "toString" }]) {
    assert.throws(
      () => parseSchedulerConfig(json),
      (error) => isVisiiError(error, "model"),
    );
  }
});

test("options that a class does not read are no reason to refuse it", () => {
  assert.doesNotThrow(() =>
    parseSchedulerConfig({ _class_name: "EulerAncestralDiscreteScheduler", thresholding: true, solver_order: 3 }),
  );
});

test("numbers out of range are refused", () => {
  const config = parseSchedulerConfig({ _class_name: "DDIMScheduler" });
  for (const steps of [0, 1001, 1.5, Number.NaN]) assert.throws(() => createScheduler(config, steps), usage);
  for (const startStep of [-1, 21, 0.5]) assert.throws(() => createScheduler(config, 20, { startStep }), usage);
  for (const eta of [-0.1, 1.1, Number.NaN]) assert.throws(() => createScheduler(config, 20, { eta }), usage);
  const offset = parseSchedulerConfig({ _class_name: "DDIMScheduler", steps_offset: 1 });
  assert.throws(
    () => createScheduler(offset, 1000),
    (error) => (error as VisiiError).message.includes("steps_offset"),
  );
});

test("every number of steps gives as many timesteps, within range", () => {
  for (const name of ["DDPMScheduler", "EulerAncestralDiscreteScheduler", "DPMSolverMultistepScheduler"]) {
    for (const spacing of ["linspace", "leading", "trailing"]) {
      const config = parseSchedulerConfig({ _class_name: name, timestep_spacing: spacing });
      for (let steps = 1; steps <= 1000; steps += steps < 70 ? 1 : 93) {
        const { timesteps } = createScheduler(config, steps);
        assert.equal(timesteps.length, steps);
        assert.ok(timesteps.every((t) => t >= 0 && t <= 999));
      }
    }
  }
});

test("strength counts steps from the end", () => {
  assert.equal(startStepFor(1, 20), 0);
  assert.equal(startStepFor(0.75, 20), 5);
  assert.equal(startStepFor(0, 20), 20);
  assert.throws(() => startStepFor(1.1, 20), usage);
  const config = parseSchedulerConfig({ _class_name: "DDIMScheduler" });
  assert.equal(createScheduler(config, 20, { startStep: 20 }).timesteps.length, 0);
});

test("v and noise turn into each other, at whole timesteps and between them", () => {
  const schedule = new NoiseSchedule(parseSchedulerConfig({ _class_name: "DDPMScheduler" }));
  const [original, epsilon] = noise;
  for (const t of [0, 1, 500.25, 998.5, 999]) {
    const sample = schedule.addNoise(original, epsilon, t);
    const v = schedule.velocity(original, epsilon, t);
    // At the clean end ε is a small difference: its error grows with alpha / sigma, at the noisy end that of v with its inverse.
    const { alpha, sigma } = schedule.level(t);
    assert.ok(relativeError(schedule.epsilonFromV(v, sample, t), epsilon) < 1e-6);
    assert.ok(relativeError(schedule.vFromEpsilon(epsilon, sample, t), v) < 1e-6 / alpha);
    assert.ok(Math.abs(alpha * alpha + sigma * sigma - 1) < 1e-6);
  }
  for (const t of [-1, 1000, Number.NaN]) assert.throws(() => schedule.addNoise(original, epsilon, t), usage);
});

test("what the model is to predict follows its prediction type", () => {
  const [original, epsilon] = noise;
  const of = (prediction_type: string) =>
    new NoiseSchedule(parseSchedulerConfig({ _class_name: "DDPMScheduler", prediction_type }));
  assert.deepEqual(of("epsilon").target(original, epsilon, 300), epsilon);
  assert.deepEqual(of("v_prediction").target(original, epsilon, 300), of("epsilon").velocity(original, epsilon, 300));
});
