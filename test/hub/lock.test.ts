import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { lock } from "../../src/hub/lock.ts";

const scratch = mkdtempSync(join(tmpdir(), "visii-lock-"));
after(() => rmSync(scratch, { recursive: true }));

test("one has it, the next waits until it is given back", async () => {
  const path = join(scratch, "deep", "a.lock");
  const order: string[] = [];
  const first = await lock(path, { stale: 200 });
  const second = lock(path, { stale: 200, onWait: () => order.push("waits") }).then((held) => {
    order.push("has it");
    return held;
  });
  await sleep(500);
  assert.deepEqual(order, ["waits"], "a lock that is held does not become stale");
  await first[Symbol.asyncDispose]();
  await (await second)[Symbol.asyncDispose]();
  assert.deepEqual(order, ["waits", "has it"]);
  assert.ok(!existsSync(path));
});

test("what a process has left behind blocks nobody", async () => {
  const path = join(scratch, "b.lock");
  writeFileSync(path, "somebody");
  utimesSync(path, new Date(0), new Date(0));
  await (await lock(path))[Symbol.asyncDispose]();
  assert.ok(!existsSync(path));
});

test("waiting can be given up", async () => {
  const path = join(scratch, "c.lock");
  await using _held = await lock(path);
  const waiting = lock(path, { signal: AbortSignal.timeout(50) });
  await assert.rejects(waiting, { name: "AbortError" });
});
