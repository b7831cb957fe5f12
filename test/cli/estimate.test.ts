import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { announce } from "../../src/cli/estimate.ts";
import { Reporter } from "../../src/cli/reporter.ts";
import { type Estimate, estimateEdit, estimateLearning } from "../../src/core/estimate.ts";
import { isVisiiError, loadModel, type Model } from "../../src/index.ts";

let model: Model;
before(async () => {
  model = await loadModel("models/nano", { threads: 1 });
});
after(() => model.release());

const picture = { width: 64, height: 64 };

test("an estimate grows with steps, size and branches, and holds the weights", () => {
  const { learnDefaults, editDefaults } = model.parts;
  const learning = (settings: object) =>
    estimateLearning(model, picture, { ...learnDefaults, steps: 100, ...settings });
  const editing = (settings: object) => estimateEdit(model, picture, { ...editDefaults, ...settings });
  const ratio = (a: Estimate, b: Estimate) => a.flops / b.flops;
  const plain = learning({ guidedLoss: false });
  assert.ok(ratio(learning({ guidedLoss: false, steps: 200 }), plain) > 1.9);
  assert.ok(ratio(learning({ guidedLoss: true, targetPool: 0 }), plain) > 1.7, "two more branches");
  assert.ok(
    ratio(learning({ guidedLoss: true, targetPool: 10 }), plain) < 1.2,
    "they are computed ten times, not a hundred",
  );
  const { resolution } = editDefaults;
  const [one, three] = [
    editing({ guidanceScale: 1, imageGuidanceScale: 1 }),
    editing({ guidanceScale: 7.5, imageGuidanceScale: 1.5 }),
  ];
  assert.ok(three.flops > one.flops && three.bytes >= one.bytes);
  assert.ok(editing({ resolution: 2 * resolution }).flops > 3 * editing({}).flops);
});

async function told(estimate: Estimate, available: number, device: "cpu" | "webgpu" = "cpu") {
  let [out, err] = ["", ""];
  const report = new Reporter(
    {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      now: () => performance.now(),
      columns: () => undefined,
    },
    { json: false, quiet: false, debug: false },
  );
  const context = { report, signal: new AbortController().signal };
  await announce(estimate, { device, threads: 1 }, "Learning", context, available);
  return { out, err };
}

test("a long job is announced, a short one is not", async () => {
  assert.match(
    (await told({ bytes: 3e9, flops: 9e12 }, 8e9)).err,
    /^Learning takes about .+ here, and 3\.0 GB of memory\.\n$/,
  );
  assert.equal((await told({ bytes: 3e8, flops: 1e9 }, 8e9)).err, "");
  assert.equal((await told({ bytes: 3e9, flops: 9e12 }, 8e9, "webgpu")).err, "");
});

test("a job that does not fit into memory is refused, with a way out", async () => {
  await assert.rejects(told({ bytes: 9e9, flops: 9e12 }, 4e9), (error) => {
    assert.ok(isVisiiError(error, "runtime"));
    assert.match(error.message, /9\.0 GB of memory and 4\.0 GB are free; .*--resolution 256.*--device webgpu/);
    return true;
  });
});
