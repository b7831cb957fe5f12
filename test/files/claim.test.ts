import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { claim } from "../../src/files/claim.ts";

const scratch = mkdtempSync(join(tmpdir(), "visii-claim-"));
after(() => rmSync(scratch, { recursive: true }));

test("a claim is held by one, and free again when it is given back", async () => {
  const path = join(scratch, "a");
  const first = await claim(path);
  assert.ok(first);
  assert.equal(await claim(path), undefined);
  await first[Symbol.asyncDispose]();
  assert.equal(existsSync(path), false);
  assert.ok(await claim(path));
});

test("what a process has left behind that is no more is taken over; another machine's is not, and half a file is", async () => {
  const path = join(scratch, "b");
  await claim(path);
  const holder = JSON.parse(readFileSync(path, "utf8")) as { host: string; pid: number };
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(path, JSON.stringify({ ...holder, pid, host: "elsewhere" }));
  assert.equal(await claim(path), undefined);
  writeFileSync(path, JSON.stringify({ ...holder, pid }));
  assert.ok(await claim(path));
  writeFileSync(path, '{"id');
  assert.ok(await claim(path));
});
