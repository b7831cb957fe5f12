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
