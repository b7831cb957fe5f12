import assert from "node:assert/strict";
import { test } from "node:test";
import { readPngText } from "../../src/image/png-text.ts";
import { loadModel } from "../../src/index.ts";
import type { Instruction, Job, ModelInfo, Picture } from "../../src/server/schemas.ts";
import { isFinal, picture, startHere } from "./harness.ts";

const client = await startHere();
const before = await client.upload(await picture(200));
const after = await client.upload(await picture(40));
const pairs = [{ before, after }];
const words = { picture: before, words: "make it red", model: "nano", steps: 4 };

/** The states that a job went through. */
async function statesOf(id: string): Promise<Job[]> {
  const states: Job[] = [];
  for await (const { job } of client.events(`/api/jobs/${id}/events`)) states.push(job!);
  return states;
}

test("learning: progress, previews and losses by events, and an instruction in the library at the end", async () => {
  const accepted = await client.learn({ pairs, model: "nano", steps: 130, seed: 3, init: "red", preset: "quick" });
  assert.deepEqual([accepted.kind, accepted.result], ["learn", null]);
  assert.match(accepted.status, /^(?:queued|running)$/);
  const states = await statesOf(accepted.id);
  const last = states.at(-1)!;
  assert.equal(last.status, "done");
  assert.ok(states.some(({ status }) => status === "running"));
  assert.deepEqual(last.progress!.step, 130);
  assert.equal(last.progress!.secondsLeft, 0);
  assert.deepEqual(
    last.losses!.map(([step]) => step),
    Array.from({ length: 130 }, (_, i) => i + 1),
  );
  assert.deepEqual(
    last.previews!.map(({ step }) => step),
    [25, 50, 75, 100, 125, 130],
  );
  assert.ok(last.previews!.some(({ best }) => best));
  for (const { picture } of last.previews!) assert.ok((await client.file(picture!)).length > 0);
  const made = await client.get<Instruction>(`/api/instructions/${last.result!.instruction}`);
  assert.equal(made.name, "red");
  assert.deepEqual(
    [made.before, made.after, made.preset, made.steps, made.usable],
    [before, after, "quick", 130, true],
  );

  const { models } = await client.get<{ models: ModelInfo[] }>("/api/models");
  const nano = models.find(({ name }) => name === "nano")!;
  const seconds = last.result!.seconds / 130;
  assert.ok(Math.abs(nano.presets.find(({ name }) => name === "paper")!.seconds! / (1000 * seconds) - 1) < 0.1);

  // The instruction, words joined to it, on another picture.
  const hybrid = await client.edit({
    picture: after,
    instruction: made.id,
    words: "a cat",
    strength: 1.5,
    steps: 3,
    seed: 9,
  });
  const { result } = await client.finished(hybrid.id);
  const png = await client.file(result!.pictures![0]!);
  const text = JSON.parse(readPngText(png).visii!) as Record<string, unknown>;
  assert.deepEqual([text.command, text.with], ["apply", "a cat"]);
  const again = await client.post<Picture>("/api/pictures", png, 201);
  assert.equal(again.instruction, made.id);
  const { settings } = again;
  assert.deepEqual(
    [settings!.words, settings!.strength, settings!.steps, settings!.seed, settings!.instruction, settings!.model],
    ["a cat", 1.5, 3, 9, made.id, "nano"],
  );
  const repeated = await client.finished((await client.edit({ ...settings!, picture: after })).id);
  assert.deepEqual(repeated.result!.pictures, result!.pictures, "its own settings give the same picture");
});

test("an edit of the built-in gallery on the built-in model", async () => {
  const { id } = await client.edit({ picture: before, instruction: "sepia" });
  const job = await client.finished(id);
  assert.equal(job.status, "done");
  await using model = await loadModel("tiny");
  assert.equal(job.progress!.steps, model.parts.editDefaults.steps, "with the model's own defaults");
});

test("jobs wait in their order, and tell their place; a waiting one is cancelled at once, a running one at its next step", async () => {
  const jobs: Job[] = [];
  for (let seed = 0; seed < 4; seed++) jobs.push(await client.edit({ ...words, steps: 1000, seed }));
  const places = await Promise.all(jobs.map(async ({ id }) => (await client.job(id)).place));
  assert.deepEqual(places, [null, 0, 1, 2]);
  assert.equal((await client.post<Job>(`/api/jobs/${jobs[2]!.id}/cancel`)).status, "cancelled");
  assert.equal((await client.job(jobs[3]!.id)).place, 1);
  const busy = await client.ask("DELETE", `/api/jobs/${jobs[0]!.id}`);
  assert.deepEqual([busy.status, busy.body.error.code], [409, "conflict"]);
  for (const { id } of jobs) await client.post(`/api/jobs/${id}/cancel`);
  for (const { id } of jobs) assert.equal((await client.finished(id)).status, "cancelled");
  const listed = await client.get<{ jobs: Job[] }>("/api/jobs?kind=edit&status=cancelled&limit=2");
  assert.deepEqual(
    listed.jobs.map(({ id }) => id),
    [jobs[3]!.id, jobs[2]!.id],
    "newest first",
  );
  assert.equal((await client.ask("DELETE", `/api/jobs/${jobs[0]!.id}`)).status, 204);
  assert.equal((await client.ask("GET", `/api/jobs/${jobs[0]!.id}`)).status, 404);
});

test("a cancelled learning keeps its best checkpoint; before the first one there is none", async () => {
  const { id } = await client.learn({
    pairs,
    model: "nano",
    steps: 100_000,
    preset: "quick",
    previews: false,
    name: "half",
  });
  for await (const { job } of client.events(`/api/jobs/${id}/events`)) if (job!.previews!.length >= 2) break;
  await client.post(`/api/jobs/${id}/cancel`);
  const job = await client.finished(id);
  assert.equal(job.status, "cancelled");
  const kept = await client.get<Instruction>(`/api/instructions/${job.result!.instruction}`);
  assert.equal(kept.name, "half");
  assert.ok(kept.steps >= 50 && kept.steps < 100_000);
  assert.ok(
    job.previews!.every(({ picture }) => picture === undefined),
    "no pictures were asked for",
  );

  const early = await client.learn({ pairs, model: "nano", steps: 100_000 });
  for await (const { job } of client.events(`/api/jobs/${early.id}/events`)) if (job!.progress) break;
  await client.post(`/api/jobs/${early.id}/cancel`);
  const ended = await client.finished(early.id);
  assert.equal(ended.status, "cancelled");
  assert.equal(ended.result!.instruction, undefined);
});

test("the same Idempotency-Key gives the same job, and no other one", async () => {
  const key = { "idempotency-key": "once" };
  const ids = await Promise.all([client.edit(words, key), client.edit(words, key), client.edit(words, key)]);
  assert.equal(new Set(ids.map(({ id }) => id)).size, 1);
  const other = await client.ask("POST", "/api/edits", { ...words, seed: 2 }, key);
  assert.deepEqual([other.status, other.body.error.code], [409, "conflict"]);
  assert.equal((await client.ask("POST", "/api/edits", words, { "idempotency-key": "with space" })).status, 400);
});

test("events go on where a connection was lost: what was missed is told, what was seen is not", async () => {
  const first = await client.finished((await client.edit({ ...words, seed: 50 })).id);
  let seen = 0;
  for await (const { id, job } of client.events("/api/events", "0")) {
    seen = Math.max(seen, id);
    if (job?.id === first.id) break;
  }
  const second = await client.finished((await client.edit({ ...words, seed: 51 })).id);
  const renamed = await client.post<Instruction>("/api/instructions/fog/duplicate", undefined, 201);
  const missed: (string | undefined)[] = [];
  for await (const { event, id, job } of client.events("/api/events", String(seen))) {
    assert.ok(id > seen, "ids grow");
    seen = id;
    missed.push(job?.id ?? event);
    if (event === "library") break;
  }
  assert.deepEqual(missed, [second.id, "library"]);
  await client.ask("DELETE", `/api/instructions/${renamed.id}`);

  let last = 0;
  for await (const { id } of client.events(`/api/jobs/${second.id}/events`)) last = id;
  const closed = await fetch(`${client.url}/api/jobs/${second.id}/events`, {
    headers: { "last-event-id": String(last) },
  });
  assert.equal(closed.status, 204, "a client that has seen the end need not come back");
});

test("whoever comes new to the events is told what is going on", async () => {
  const { id } = await client.edit({ ...words, steps: 1000, seed: 60 });
  for await (const { job } of client.events("/api/events")) if (job?.id === id && !isFinal(job)) break;
  await client.post(`/api/jobs/${id}/cancel`);
  await client.finished(id);
});

test("a job that can't be done says why, and the next one is done", async () => {
  const { id } = await client.edit({ ...words, words: "word ".repeat(300) });
  const { status, error } = await client.finished(id);
  assert.equal(status, "failed");
  assert.deepEqual(error!.code, "usage");
  assert.match(error!.message, /^The words are too long/);
  assert.equal((await client.finished((await client.edit(words)).id)).status, "done");
  assert.deepEqual(client.log, []);
});

test("requests that make no sense are refused before they become jobs", async () => {
  const count = (await client.get<{ jobs: Job[] }>("/api/jobs?limit=200")).jobs.length;
  const nothing = "0".repeat(64);
  const cases: [string, unknown, number, string, RegExp][] = [
    ["/api/edits", { ...words, picture: nothing }, 404, "not_found", /^There is no picture 0+\.$/],
    ["/api/edits", { picture: before, instruction: "gone" }, 404, "not_found", /^There is no instruction gone\.$/],
    ["/api/edits", { picture: before }, 400, "usage", /say in words what to change/],
    [
      "/api/edits",
      { ...words, model: "./models/nano" },
      422,
      "model",
      /^There is no model "\.\/models\/nano" on this machine; there are nano, tiny/,
    ],
    [
      "/api/edits",
      { picture: before, instruction: "fog", model: "nano" },
      422,
      "instruction",
      /learned with the model tiny, not with nano/,
    ],
    ["/api/edits", { ...words, steps: 1001 }, 400, "usage", /^steps: /],
    ["/api/edits", { ...words, strength: -1 }, 400, "usage", /^strength: /],
    ["/api/edits", { ...words, strenght: 1 }, 400, "usage", /strenght/],
    ["/api/learn", { pairs: [] }, 400, "usage", /^pairs: /],
    ["/api/learn", { pairs: [{ before, after: nothing }] }, 404, "not_found", /^There is no picture/],
    ["/api/learn", { pairs, preset: "fast" }, 400, "usage", /^preset: /],
    ["/api/learn", { pairs, steps: 1.5 }, 400, "usage", /^steps: /],
  ];
  for (const [path, body, status, code, sentence] of cases) {
    const answer = await client.ask("POST", path, body);
    assert.deepEqual([answer.status, answer.body.error?.code], [status, code], JSON.stringify(answer.body));
    assert.match(answer.body.error.message, sentence);
  }
  const text = await client.ask("POST", "/api/edits", words, { "content-type": "text/plain" });
  assert.ok(text.status === 400 || text.status === 415, "a form of another page can't send JSON");
  assert.equal((await client.get<{ jobs: Job[] }>("/api/jobs?limit=200")).jobs.length, count);
});

test("a full queue says so, and when to come back", async () => {
  const jobs = await Promise.all(
    Array.from({ length: 205 }, (_, seed) => client.ask<Job>("POST", "/api/edits", { ...words, steps: 1000, seed })),
  );
  const refused = jobs.filter(({ status }) => status === 429);
  assert.ok(refused.length >= 4, `${refused.length}`);
  assert.equal(refused[0]!.headers.get("retry-after"), "5");
  assert.equal((refused[0]!.body as unknown as { error: { code: string } }).error.code, "busy");
  await Promise.all(
    jobs.filter(({ status }) => status === 202).map(({ body }) => client.post(`/api/jobs/${body.id}/cancel`)),
  );
  for (const { status, body } of jobs)
    if (status === 202) assert.equal((await client.finished(body.id)).status, "cancelled");
});
