import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { withSection } from "../../training/card.ts";

const folder = mkdtempSync(join(tmpdir(), "visii-train-"));
after(() => rmSync(folder, { recursive: true }));

const tsx = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
};
const train = (...args: readonly string[]) => tsx("training/main.ts", ...args);

test("npm run train -- --config: a configuration of one's own, pairs drawn for it, one part", () => {
  const data = join(folder, "data");
  const drawn = tsx("training/data/main.ts", "--out", join(data, "train"), "--count", "6", "--seed", "1");
  assert.equal(drawn.status, 0, drawn.stderr);
  const nano = JSON.parse(readFileSync("training/nano.json", "utf8"));
  const config = join(folder, "mine.json");
  writeFileSync(config, JSON.stringify({ ...nano, name: "mine", vae: { ...nano.vae, steps: 10 } }));
  const out = join(folder, "out");
  const { status, stdout, stderr } = train(
    "--config",
    config,
    "--data",
    data,
    "--out",
    out,
    "--part",
    "vae",
    "--threads",
    "1",
  );
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^vae 10 of 10: loss \d/m);
  assert.ok(existsSync(join(out, "vae.checkpoint.safetensors")));
});

test("a configuration that lacks a number, and a command that lacks its folder, are told so in a sentence", () => {
  const config = join(folder, "broken.json");
  const nano = JSON.parse(readFileSync("training/nano.json", "utf8"));
  writeFileSync(config, JSON.stringify({ ...nano, unet: { ...nano.unet, steps: "many" } }));
  const broken = train("--config", config, "--out", folder);
  assert.equal(broken.status, 2);
  assert.match(broken.stderr, /broken\.json: unet\.steps must be a number, got "many"\n$/);
  assert.doesNotMatch(broken.stderr, /\n {4}at /);
  const nameless = train("--config", config);
  assert.equal(nameless.status, 2);
  assert.match(nameless.stderr, /^usage: /);
  const absent = train("--config", join(folder, "absent.json"), "--out", folder);
  assert.equal(absent.status, 2);
  assert.match(absent.stderr, /absent\.json/);
  assert.doesNotMatch(absent.stderr, /\n {4}at /);
});

test("a section of the model card is replaced, and nothing else; a card without it is refused", () => {
  const card = "before\n<!-- measured -->old<!-- /measured -->\nafter";
  const renewed = withSection(card, "measured", "new");
  assert.equal(renewed, "before\n<!-- measured -->\n\nnew\n\n<!-- /measured -->\nafter");
  assert.equal(withSection(renewed, "measured", "new"), renewed);
  assert.throws(() => withSection(card, "clip", "new"), /no section between <!-- clip -->/);
});
