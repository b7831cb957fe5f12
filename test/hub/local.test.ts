import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { licenceOf } from "../../src/hub/licence.ts";
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
  assert.deepEqual(cached, [{ name: "timbrooks/instruct-pix2pix", path: snapshot, origin: "hub", revision: "abc123" }]);
  assert.ok(listModels({ HF_HOME: join(scratch, "none") }).every(({ origin }) => origin === "built-in"));
});

test("a model that is not here is told with what is", () => {
  const environment = { HF_HOME: scratch };
  assert.throws(() => findModel("tinny", environment), /tinny: there is no such model; known here: .*nano/);
  assert.throws(() => findModel("a/b", environment), /a\/b: this model is not in the Hugging Face cache/);
});

test("a snapshot that Python has begun, without a model in it, is not taken for one", () => {
  const begun = join(scratch, "hub", "models--a--begun", "snapshots", "def456", "unet");
  mkdirSync(begun, { recursive: true });
  assert.throws(() => findModel("a/begun", { HF_HOME: scratch }), /visii models pull a\/begun/);
});

test("reads the licence from a model's card, however it is written", () => {
  const cards: [card: string, licence: string | undefined][] = [
    ["---\nlicense: mit\ntags:\n- image\n---\n# A model", "mit"],
    ['---\r\ntags: []\r\nlicense: "creativeml-openrail-m"\r\n---\r\n', "creativeml-openrail-m"],
    ["---\nlicense:\n- mit\n- apache-2.0\n---\n", "mit, apache-2.0"],
    ["---\nlicense: [mit, cc0-1.0]\n---\n", "mit, cc0-1.0"],
    ["---\nlicense: other\nlicense_name: house-rules\n---\n", "house-rules"],
    ["---\nlicense: other\n---\n", "other"],
    ["---\nlicense:\n---\n", undefined],
    ["# A model\n\nlicense: mit\n", undefined],
  ];
  for (const [card, licence] of cards) {
    writeFileSync(join(snapshot, "README.md"), card);
    assert.equal(licenceOf(snapshot), licence, card);
  }
});
