import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
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

test("one with this process's own number is of an earlier process that had it, as in a container that was started again", async () => {
  const path = join(scratch, "c");
  writeFileSync(path, JSON.stringify({ id: "before", host: hostname(), pid: process.pid }));
  assert.ok(await claim(path));
  assert.equal(await claim(path), undefined);
});

test("of many who find a dead one's claim at once, one takes it over", async () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  for (let round = 0; round < 20; round++) {
    const path = join(scratch, `d${round}`);
    writeFileSync(path, JSON.stringify({ id: "dead", host: hostname(), pid }));
    const claims = await Promise.all(Array.from({ length: 8 }, () => claim(path)));
    assert.equal(claims.filter(Boolean).length, 1);
  }
});
