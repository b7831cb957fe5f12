import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { before, test } from "node:test";
import { readImage } from "../../src/index.ts";
import { scratch } from "../cli/child.ts";
import { writeExamples } from "../cli/pictures.ts";

const cwd = scratch();
before(() => writeExamples(cwd));

function run(example: string, ...args: string[]) {
  const script = join(import.meta.dirname, "../../examples", example);
  const tsx = import.meta.resolve("tsx");
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", tsx, script, ...args], {
    cwd,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  return stdout.trimEnd().split("\n");
}

test("01: learns and applies with the library", async () => {
  const lines = run("01-learn-and-apply.ts", "0_0.png", "0_1.png", "1_0.png", "edited.png", "nano");
  assert.match(lines[0]!, /^step 20 of 40: loss \d/);
  const { width, height } = await readImage(join(cwd, lines.at(-1)!));
  assert.deepEqual([width, height], [50, 70]);
});

test("the demo's last line is the path of its contact sheet", async () => {
  const lines = run("demo.ts", ".", "nano", "20");
  const sheet = await readImage(lines.at(-1)!);
  assert.ok(sheet.height > 3 * 192, "the example and two results stand on it");
});
