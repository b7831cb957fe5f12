import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Job } from "../../src/server/schemas.ts";
import { isFinal, picture, type ServerProcess, scratch, startProcess } from "../server/harness.ts";

const KILLS = 20;

/** Numbers from 0 to 1 that are the same each time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const edits = Array.from({ length: 60 }, (_, i) => ({ key: `edit-${i}`, steps: 5 + (i % 40), seed: i }));
const lessons = Array.from({ length: 5 }, (_, i) => ({ key: `learn-${i}`, steps: 250, seed: i }));

/** Sends what has not been accepted yet, one after the other, until the server is gone. */
async function submitAll(
  { client }: ServerProcess,
  [before, after]: readonly [Uint8Array, Uint8Array],
  accepted: Map<string, string>,
  most: number,
): Promise<void> {
  const pair = { before: await client.upload(before), after: await client.upload(after) };
  const begun = Number.isFinite(most) ? 1 + accepted.size / 10 : lessons.length; // a learning now and then
  const todo = [...lessons.slice(0, begun), ...edits].filter(({ key }) => !accepted.has(key));
  for (const { key, steps, seed } of todo.slice(0, most)) {
    const headers = { "idempotency-key": key };
    const { id } = key.startsWith("learn")
      ? await client.learn({ pairs: [pair], model: "nano", steps, seed, name: key }, headers)
      : await client.edit({ picture: pair.before, words: "blue", model: "nano", steps, seed }, headers);
    accepted.set(key, id);
  }
}

async function everyJob({ client }: ServerProcess): Promise<Job[]> {
  return (await client.get<{ jobs: Job[] }>("/api/jobs?limit=200")).jobs;
}

/** The lasting part of a finished job. */
const outcome = ({ status, started, finished, result }: Job) => ({ status, started, finished, result });

test(`killed ${KILLS} times, the server finishes every job that it has accepted, once, and with the same result`, async (t) => {
  const home = join(scratch(), "home");
  const random = seeded(20);
  const pictures = [await picture(200), await picture(40)] as const;
  const accepted = new Map<string, string>();
  const seen = new Map<string, Job>();
  /** What was finished before is as it was. */
  const compare = (jobs: readonly Job[]) => {
    for (const job of jobs.filter(isFinal)) {
      const earlier = seen.get(job.id);
      if (earlier) assert.deepEqual(outcome(job), outcome(earlier), "a finished job was not done again");
      seen.set(job.id, job);
    }
  };
  let resumed = 0;
  for (let life = 0; life < KILLS; life++) {
    const starting = performance.now();
    const server = await startProcess(home);
    const slowness = Math.max(1, (performance.now() - starting) / 800);
    const killed = delay(random() ** 2 * 6000 * slowness).then(() => server.child.kill("SIGKILL"));
    try {
      const found = await everyJob(server);
      compare(found);
      resumed += Number(
        found.some(({ kind, status, progress }) => kind === "learn" && !isFinal({ status } as Job) && progress),
      );
      await submitAll(server, pictures, accepted, 6);
      for (;;) {
        compare(await everyJob(server));
        await delay(50);
      }
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error; // anything else: the server is gone
    }
    await killed;
    assert.equal(await server.ended, "SIGKILL", server.errors());
  }
  t.diagnostic(
    `${accepted.size} accepted, ${seen.size} seen finished before the last life; a learning went on ${resumed} times`,
  );
  assert.ok(resumed > 0, "a learning was interrupted");

  const server = await startProcess(home);
  const { client } = server;
  await submitAll(server, pictures, accepted, Number.POSITIVE_INFINITY);
  for (const id of accepted.values()) await client.finished(id);
  const jobs = await everyJob(server);
  compare(jobs);
  assert.equal(jobs.length, edits.length + lessons.length, "no job twice");
  assert.deepEqual(new Set(jobs.map(({ id }) => id)), new Set(accepted.values()));
  assert.ok(jobs.every(({ status }) => status === "done"));

  const own = (await client.instructions()).filter(({ builtIn }) => !builtIn);
  assert.deepEqual(
    own.map(({ name }) => name).sort(),
    lessons.map(({ key }) => key).sort(),
    "one instruction for each",
  );

  // The same work, never interrupted.
  const [calm] = await Promise.all([startProcess(join(scratch(), "home"))]);
  const control = new Map<string, string>();
  await submitAll(calm, pictures, control, Number.POSITIVE_INFINITY);
  for (const [key, id] of control) {
    const [expected, got] = [await calm.client.finished(id), await client.job(accepted.get(key)!)];
    assert.deepEqual(got.result!.pictures, expected.result!.pictures, `${key}: the same picture`);
    if (got.kind === "learn") {
      const file = async (of: typeof client, instruction: string) =>
        of.get<string>(`/api/instructions/${instruction}/file`);
      const hash = (text: string) => createHash("sha256").update(text).digest("hex");
      const [a, b] = [await file(client, got.id), await file(calm.client, expected.id)];
      assert.equal(hash(a), hash(b), `${key}: the same instruction`);
      assert.deepEqual(got.previews, expected.previews, `${key}: the same previews`);
      assert.deepEqual(got.losses, expected.losses, `${key}: the same losses`);
    }
  }
  for (const { child, ended, errors } of [server, calm]) {
    child.kill("SIGTERM");
    assert.equal(await ended, 130, errors());
  }
  const left = readdirSync(home, { recursive: true }).map(String);
  assert.deepEqual(
    left.filter((name) => /\.tmp$|checkpoint$|claim$/.test(name)),
    [],
    "nothing passing is left",
  );
  for (const name of left.filter((name) => name.endsWith(".json"))) JSON.parse(readFileSync(join(home, name), "utf8"));
});
