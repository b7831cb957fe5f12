import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { sha256Of } from "../../src/weights/node-hashes.ts";

const folder = mkdtempSync(join(tmpdir(), "visii-hashes-"));
after(() => rmSync(folder, { recursive: true }));
const [file, cache] = [join(folder, "weights.safetensors"), join(folder, "cache")];
const options = { large: 4, cache };
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

test("the hash of a large file is remembered until it is written again", async () => {
  writeFileSync(file, "weights");
  assert.equal(await sha256Of(file, options), sha256("weights"));
  const [entry] = readdirSync(cache).map((name) => join(cache, name));
  const kept = JSON.parse(readFileSync(entry!, "utf8"));
  writeFileSync(entry!, JSON.stringify({ ...kept, sha256: "remembered" }));
  assert.equal(await sha256Of(file, options), "remembered", "it is not computed again");
  writeFileSync(file, "changed"); // as many bytes as before
  assert.equal(await sha256Of(file, options), sha256("changed"));
});

test("a broken or missing cache is done without, and a small file needs none", async () => {
  writeFileSync(file, "weights");
  for (const name of readdirSync(cache)) writeFileSync(join(cache, name), "{");
  assert.equal(await sha256Of(file, options), sha256("weights"));
  assert.equal(await sha256Of(file, { large: 4, cache: file }), sha256("weights"), "no folder can be made there");
  assert.equal(await sha256Of(file, { large: 100, cache: join(folder, "other") }), sha256("weights"));
  assert.ok(!readdirSync(folder).includes("other"));
});
