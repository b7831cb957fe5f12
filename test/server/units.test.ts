import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { Feed } from "../../src/server/feed.ts";
import { newId } from "../../src/server/ids.ts";
import { addLoss, addPreview, newRecord } from "../../src/server/jobs/record.ts";
import { JobFiles } from "../../src/server/store/jobs.ts";
import { Turns } from "../../src/server/turns.ts";
import { scratch } from "./harness.ts";

test("ids sort as they were made", () => {
  const ids = Array.from({ length: 1000 }, () => newId());
  assert.deepEqual([...ids].sort(), ids);
  assert.equal(new Set(ids).size, 1000);
  assert.ok(ids.every((id) => /^[A-Za-z0-9_-]{1,64}$/.test(id)));
});

test("a job's end, saved from a copy, has the last word, however long an earlier write takes", async () => {
  const files = new JobFiles(join(scratch(), "jobs"));
  const request = { picture: "x", words: "w".repeat(2e7) };
  const record = newRecord({ id: newId(), kind: "edit", request, model: "nano" });
  const early = files.save(record);
  await files.save({ ...record, request: { picture: "x", words: "w" }, status: "done" });
  await early;
  assert.deepEqual(
    (await files.load()).map(({ status }) => status),
    ["done"],
  );
});

test("turns are taken one after the other, also after one that failed", async () => {
  const turns = new Turns();
  const order: number[] = [];
  const slow = turns.take(async () => {
    await new Promise((done) => setTimeout(done, 20));
    order.push(1);
  });
  const failing = turns.take(() => Promise.reject(new Error("no")));
  const last = turns.take(async () => {
    order.push(2);
  });
  await slow;
  await assert.rejects(failing, /no/);
  await last;
  assert.deepEqual(order, [1, 2]);
});

const record = () => newRecord({ id: "x", kind: "learn", request: { pairs: [] }, model: "nano" });

test("a loss curve has at most 500 points, evenly spread; steps that are done again replace the old ones", () => {
  const job = record();
  for (let step = 1; step <= 3000; step++) addLoss(job, step, 1 / step);
  assert.ok(job.losses.length > 250 && job.losses.length <= 500, `${job.losses.length}`);
  assert.deepEqual(
    job.losses.map(([step]) => (step - 1) % job.stride),
    job.losses.map(() => 0),
  );
  addLoss(job, 1 + 10 * job.stride, 7);
  assert.deepEqual(job.losses.at(-1), [1 + 10 * job.stride, 7]);
  assert.equal(job.losses.length, 11);
  addPreview(job, { step: 10, validation: 1, best: true });
  addPreview(job, { step: 20, validation: 2, best: false });
  addPreview(job, { step: 10, validation: 3, best: true });
  assert.deepEqual(job.previews, [{ step: 10, validation: 3, best: true }]);
});

test("who listens is told the latest version of each thing, in the order of change; who was away, what changed meanwhile", async () => {
  const feed = new Feed();
  const all = feed.listen({});
  const one = feed.listen({ job: "b" });
  for (const id of ["a", "b", "a"]) feed.jobChanged(id);
  feed.libraryChanged();
  const changes = (await all.next(1000))!;
  assert.deepEqual(
    changes.map(({ job }) => job),
    ["b", "a", undefined],
  );
  assert.deepEqual(
    (await one.next(1000))!.map(({ job }) => job),
    ["b"],
  );
  assert.deepEqual(await all.next(10), [], "silence");
  const late = feed.listen({ after: changes[0]!.version });
  assert.deepEqual(
    (await late.next(1000))!.map(({ job }) => job),
    ["a", undefined],
  );
  const waiting = all.next(60_000);
  feed.close();
  assert.equal(await waiting, undefined);
  assert.equal(feed.listening, 0);
});
