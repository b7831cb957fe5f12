import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { findModel, listModels } from "../../src/hub/local.ts";

const scratch = mkdtempSync(join(tmpdir(), "visii-hub-"));
after(() => rmSync(scratch, { recursive: true }));

const snapshot = join(scratch, "hub", "models--timbrooks--instruct-pix2pix", "snapshots", "abc123");
mkdirSync(join(snapshot, "..", "..", "refs"), { recursive: true });
mkdirSync(snapshot, { recursive: true });
writeFileSync(join(snapshot, "..", "..", "refs", "main"), "abc123\n");
writeFileSync(join(snapshot, "model_index.json"), "{}");
mkdirSync(join(scratch, "hub", "models--some--dataset-like", "snapshots"), { recursive: true });

test("finds built-in models, folders, and what the hub's cache has", () => {
  assert.match(findModel("nano"), /[\\/]models[\\/]nano$/);
  assert.equal(findModel("./anywhere"), "./anywhere");
  assert.equal(findModel(scratch), scratch);
  for (const environment of [{ HF_HOME: scratch }, { HF_HUB_CACHE: join(scratch, "hub"), HF_HOME: "/nowhere" }]) {
    assert.equal(findModel("timbrooks/instruct-pix2pix", environment), snapshot);
  }
});

test("tells which models there are", () => {
  const models = listModels({ HF_HOME: scratch });
  assert.ok(models.some(({ name, origin }) => name === "nano" && origin === "built-in"));
  const cached = models.filter(({ origin }) => origin === "hub");
  assert.deepEqual(cached, [{ name: "timbrooks/instruct-pix2pix", path: snapshot, origin: "hub" }]);
  assert.ok(listModels({ HF_HOME: join(scratch, "none") }).every(({ origin }) => origin === "built-in"));
});

test("a model that is not here is told with what is", () => {
  const environment = { HF_HOME: scratch };
  assert.throws(() => findModel("tinny", environment), /tinny: there is no such model; known here: .*nano/);
  assert.throws(() => findModel("a/b", environment), /a\/b: this model is not in the Hugging Face cache/);
});
