import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { Job } from "../../src/server/schemas.ts";
import { type Client, picture, scratch, startProcess } from "../server/harness.ts";

const [CLIENTS, EDITS] = [8, 50];

/** Of the server's process, in MB. */
async function memory(client: Client): Promise<number> {
  const numbers = await client.get<string>("/metrics");
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(numbers)![1]) / 1e6;
}

test(`${EDITS} edits by ${CLIENTS} clients while the machine learns: all are done, none is lost or done twice, memory stays bounded`, async (t) => {
  const server = await startProcess(join(scratch(), "home"));
  const { client } = server;
  const pair = { before: await client.upload(await picture(200)), after: await client.upload(await picture(40)) };
  const lesson = await client.learn({ pairs: [pair], model: "nano", steps: 100_000, name: "long" });
  for await (const { job } of client.events(`/api/jobs/${lesson.id}/events`)) if (job?.progress) break;

  const results: Job[] = [];
  const sizes = [await memory(client)];
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, number) => {
      const mine: Job[] = [];
      for (let i = number; i < EDITS; i += CLIENTS) {
        const side = 24 + 8 * (i % 8); // pictures of many sizes: a session for each
        const id = await client.upload(await picture(5 * i, side));
        mine.push(await client.edit({ picture: id, words: `edit ${i}`, model: "nano", steps: 20, seed: i }));
      }
      const started: string[] = [];
      for (const { id } of mine) {
        const job = await client.finished(id);
        results.push(job);
        started.push(job.started!);
        sizes.push(await memory(client));
      }
      assert.deepEqual(started, [...started].sort(), "first come, first served");
    }),
  );
  assert.equal(new Set(results.map(({ id }) => id)).size, EDITS);
  for (const { status, result } of results) {
    assert.equal(status, "done");
    assert.equal(result!.pictures!.length, 1);
  }
  assert.equal(new Set(results.map(({ result }) => result!.pictures![0])).size, EDITS, "each has its own picture");
  const { jobs } = await client.get<{ jobs: Job[] }>("/api/jobs?kind=edit&limit=200");
  assert.equal(jobs.length, EDITS);
  const running = await client.job(lesson.id);
  assert.equal(running.status, "running", "no edit waited for the learning");
  assert.ok(running.progress!.step > 0);
  t.diagnostic(
    `memory ${Math.round(sizes[0]!)} MB at the start, ${Math.round(Math.max(...sizes))} MB at most; learned ${running.progress!.step} steps meanwhile`,
  );
  assert.ok(Math.max(...sizes) < sizes[0]! + 600, `${sizes.map(Math.round)}`);

  await client.post(`/api/jobs/${lesson.id}/cancel`);
  const ended = await client.finished(lesson.id);
  assert.equal(ended.status, "cancelled");
  server.child.kill("SIGTERM");
  assert.equal(await server.ended, 130, server.errors());
});
