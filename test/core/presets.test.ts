import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { plan, validationPlan } from "../../src/core/learn-plan.ts";
import { PRESETS } from "../../src/core/presets.ts";
import { PAPER_LEARN } from "../../src/core/settings.ts";
import { type Image, isVisiiError, learn, learningEffort, loadModel, type Model, presetOf } from "../../src/index.ts";

let model: Model;
before(async () => {
  model = await loadModel("nano", { threads: 1 });
});
after(() => model.release());

const defaults = { ...PAPER_LEARN, resolution: 32 };

function picture(seed: number): Image {
  const data = Uint8Array.from({ length: 40 * 40 * 3 }, (_, i) => (i * seed * 31 + (i >> 5) * 17) % 251);
  return { width: 40, height: 40, data };
}

test("passes through the UNet are counted: steps, constant branches, pools, validation", () => {
  const of = (settings: object) => learningEffort({ ...defaults, ...settings });
  assert.deepEqual(of({}), { forward: 1000 + 16 * 10, backward: 1000 });
  assert.deepEqual(of({ guidedLoss: true }), { forward: 3000 + 160, backward: 1000 });
  assert.deepEqual(of({ guidedLoss: true, targetPool: 50 }), { forward: 1000 + 100 + 160, backward: 1000 });
  assert.deepEqual(of({ steps: 10, batch: 4, checkpointEvery: 4, validation: 2 }), { forward: 40 + 6, backward: 40 });
  assert.deepEqual(learningEffort(defaults, 200), { forward: 200 + 32, backward: 200 });
});

test("the balanced preset, everything counted, takes at most a fifth of 1000 forward and backward passes", () => {
  const { forward, backward } = learningEffort({ ...defaults, ...PRESETS.balanced });
  assert.ok(forward + backward <= 2000 / 5, String(forward + backward));
});

test("a model's own presets go over those for all, and an unknown one is refused", () => {
  assert.deepEqual(presetOf({ presets: {} }, "balanced"), PRESETS.balanced);
  assert.deepEqual(presetOf({ presets: { quick: { lr: 0.3 } } }, "quick"), { ...PRESETS.quick, lr: 0.3 });
  const refused = (error: unknown) => isVisiiError(error, "usage") && /preset must be one of/.test(error.message);
  assert.throws(() => presetOf({ presets: {} }, "toString" as "quick"), refused);
});

test("the paper's preset takes all timesteps, of a model too whose own settings take a part", () => {
  const own = { ...defaults, timestepMin: 800 };
  assert.equal({ ...own, ...presetOf({ presets: {} }, "balanced") }.timestepMin, 800);
  assert.equal({ ...own, ...presetOf({ presets: {} }, "paper") }.timestepMin, 0);
});

test("a part of the timesteps: each of it once before any comes twice, and validation lies in it too", () => {
  const settings = { ...defaults, steps: 60, timestepMin: 500, timestepMax: 549 };
  const drawn = plan(settings, 1, 1000)
    .flat()
    .map(({ timestep }) => timestep);
  assert.equal(new Set(drawn.slice(0, 50)).size, 50);
  for (const timestep of [...drawn, ...validationPlan(settings, 1, 1000).map((draw) => draw.timestep)]) {
    assert.ok(timestep >= 500 && timestep <= 549, String(timestep));
  }
  const all = plan({ ...defaults, steps: 1000, timestepMax: 100_000 }, 1, 1000).flat();
  assert.deepEqual(all, plan({ ...defaults, steps: 1000 }, 1, 1000).flat());
  const refused = (error: unknown) => isVisiiError(error, "usage") && /no timestep from 700 to 600/.test(error.message);
  assert.throws(() => plan({ ...defaults, timestepMin: 700, timestepMax: 600 }, 1, 1000), refused);
});

test("the paper's draws and the authors': timesteps each for itself, pairs by their timestep", () => {
  const timesteps = (settings: typeof defaults) =>
    plan(settings, 1, 1000)
      .flat()
      .map(({ timestep }) => timestep);
  const shuffled = timesteps({ ...defaults, steps: 1000 });
  assert.equal(new Set(shuffled).size, 1000);
  const uniform = timesteps({ ...defaults, steps: 1000, timestepOrder: "uniform" });
  assert.equal(uniform.length, 1000);
  assert.ok(uniform.every((t) => t >= 0 && t <= 999));
  const different = new Set(uniform).size; // 1 − 1/e of them, give or take
  assert.ok(different > 580 && different < 690, String(different));
  const part = timesteps({ ...defaults, steps: 300, timestepOrder: "uniform", timestepMin: 500, timestepMax: 509 });
  assert.deepEqual([...new Set(part)].sort(), [500, 501, 502, 503, 504, 505, 506, 507, 508, 509]);

  const drawn = plan({ ...defaults, steps: 200, pairOrder: "timestep" }, 3, 1000).flat();
  assert.ok(drawn.every(({ timestep, pair }) => pair === timestep % 3));
  const random = plan({ ...defaults, steps: 200 }, 3, 1000).flat();
  assert.ok(random.some(({ timestep, pair }) => pair !== timestep % 3));
  assert.deepEqual(
    drawn.map(({ timestep }) => timestep),
    random.map(({ timestep }) => timestep),
  );
});

test("the result is the best checkpoint, or the authors' choice: that of the lowest loss of its own step", async () => {
  await using model = await loadModel("nano", { threads: 1 });
  const options = {
    pairs: [{ before: picture(3), after: picture(5) }],
    steps: 12,
    checkpointEvery: 1,
    lr: 0.05,
    seed: 3,
    lambdaClip: 0,
  };
  const runs = [learn(model, options), learn(model, { ...options, keep: "loss" })] as const;
  const [byValidation, byLoss] = [await runs[0].result, await runs[1].result];
  const { losses, checkpoints } = byLoss.provenance;
  assert.deepEqual(checkpoints, byValidation.provenance.checkpoints);
  const kept = runs[1].checkpoints[losses.indexOf(Math.min(...losses))]!;
  assert.deepEqual(byLoss.promptEmbeds, kept.instruction.promptEmbeds);
  const validations = checkpoints.map(([, validation]) => validation);
  const best = runs[0].checkpoints[validations.indexOf(Math.min(...validations))]!;
  assert.deepEqual(byValidation.promptEmbeds, best.instruction.promptEmbeds);
  assert.notEqual(kept.step, best.step, "the two differ here");
});

test("patience ends a run that gets no better, at the same step when it is resumed, and keeps its best", async () => {
  const pairs = [{ before: picture(3), after: picture(5) }];
  // A rate far too high: it only gets worse.
  const options = { pairs, steps: 30, checkpointEvery: 2, lr: 5, patience: 2, seed: 3, lambdaClip: 0 };
  const run = learn(model, options);
  let half: Uint8Array | undefined;
  for await (const { step } of run) if (step === 3) half = run.state();
  const { provenance } = await run.result;
  const { losses, checkpoints } = provenance;
  assert.ok(losses.length < 30, `ended after ${losses.length}`);
  assert.equal(losses.length % 2, 0);
  const best = Math.min(...checkpoints.map(([, validation]) => validation));
  assert.equal(
    checkpoints.findIndex(([, validation]) => validation === best),
    checkpoints.length - 3,
  );
  const resumed = await learn(model, { ...options, resume: half! }).result;
  assert.deepEqual(resumed.toBytes(), (await run.result).toBytes());
});
