import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import { run } from "../../src/cli/main.ts";
import { Feed } from "../../src/server/feed.ts";
import { Jobs } from "../../src/server/jobs/jobs.ts";
import { startServer } from "../../src/server/server.ts";
import { openHome } from "../../src/server/store/home.ts";
import { JobFiles } from "../../src/server/store/jobs.ts";
import { Library } from "../../src/server/store/library.ts";
import { Pictures } from "../../src/server/store/pictures.ts";
import { ThreadCrash, WorkThread } from "../../src/workers/thread.ts";
import { visii } from "../cli/child.ts";
import { picture, scratch, startProcess } from "./harness.ts";

test("stopped by SIGTERM, the server keeps what it was at and goes on with it", async () => {
  const home = join(scratch(), "home");
  const first = await startProcess(home);
  const [before, after] = [await first.client.upload(await picture(9)), await first.client.upload(await picture(99))];
  const lesson = await first.client.learn({ pairs: [{ before, after }], model: "nano", steps: 300 });
  const edit = await first.client.edit({ picture: before, words: "red", model: "nano", steps: 1000 });
  const next = await first.client.edit({ picture: before, words: "red", model: "nano", steps: 2 });
  for await (const { job } of first.client.events(`/api/jobs/${lesson.id}/events`)) if (job?.progress) break;
  const open = first.client.finished(lesson.id);
  first.child.kill("SIGTERM");
  await assert.rejects(open, "its streams are closed");
  assert.equal(await first.ended, 130);
  assert.match(first.errors(), /^The server has stopped\. 3 jobs go on when it is started again\.$/m);
  assert.ok(readdirSync(join(home, "jobs", lesson.id)).includes("checkpoint"));

  const { client, child, ended } = await startProcess(home);
  const found = await client.job(lesson.id);
  assert.ok(found.progress!.step > 0, "it has not forgotten how far it was");
  const done = await client.finished(lesson.id);
  assert.deepEqual([done.status, done.losses!.length], ["done", 300]);
  assert.deepEqual(
    done.losses!.map(([step]) => step),
    Array.from({ length: 300 }, (_, i) => i + 1),
    "no step twice",
  );
  await client.post(`/api/jobs/${edit.id}/cancel`);
  assert.equal((await client.finished(next.id)).status, "done");
  child.kill("SIGINT");
  assert.equal(await ended, 130);
  assert.deepEqual(readdirSync(join(home, "jobs", lesson.id)), ["job.json"]);
});

/** Runs the command line in this process, over a data folder. */
async function call(home: string, args: string): Promise<{ code: number; stderr: string }> {
  let stderr = "";
  const { VISII_HOME } = process.env;
  process.env.VISII_HOME = home;
  const err = (text: string) => {
    stderr += text;
  };
  const streams = { out: () => {}, err, columns: () => undefined, now: () => performance.now() };
  try {
    return { code: await run(["serve", "--page", "none", ...args.split(" ")], streams), stderr };
  } finally {
    if (VISII_HOME === undefined) delete process.env.VISII_HOME;
    else process.env.VISII_HOME = VISII_HOME;
  }
}

test("a second server for the same data folder, and other misuse, is told in a sentence", async () => {
  const home = join(scratch(), "home");
  const first = await startServer({ home, port: 0 });
  for (const [args, code, sentence] of [
    ["--port 0", 1, /^Another visii server uses \S+home; stop it, or set VISII_HOME/],
    ["--port 70000", 2, /^--port must be a whole number from 0 to 65535, got 70000\.\n$/],
    ["--token short", 2, /^--token must have at least 16 characters/],
    ["extra", 2, /^visii serve takes options only\.\n$/],
  ] as const) {
    const outcome = await call(home, args);
    assert.equal(outcome.code, code, outcome.stderr);
    assert.match(outcome.stderr, sentence);
  }
  await first.close();
});

test("visii studio where it runs already tells its address, and ends", async () => {
  const cwd = scratch();
  const page = join(cwd, "page");
  mkdirSync(page);
  writeFileSync(join(page, "index.html"), "<!doctype html>");
  const first = await startProcess(join(cwd, "home"), ["--page", page]);
  const again = await visii(["studio", "--no-open"], { cwd, before: "export VISII_HOME=home" });
  assert.equal(again.code, 0, again.stderr);
  assert.equal(again.stdout, `The studio is at ${first.client.url}\nIt was running already.\n`);
  first.child.kill("SIGTERM");
  assert.equal(await first.ended, 130);
  assert.deepEqual(readdirSync(join(cwd, "home")).sort(), ["instructions", "jobs", "pictures", "trash"]);
});

/** What no thread expects, and none survives. */
function crash(thread: WorkThread): void {
  (thread as unknown as { worker: Worker }).worker.postMessage("nonsense");
}

test("a thread that ends takes its work with it, and another one starts", async () => {
  const thread = new WorkThread({});
  const lost = thread.call("describe", { model: "nano", hashed: true });
  crash(thread);
  await assert.rejects(lost, ThreadCrash);
  const { identity } = await thread.call("describe", { model: "nano", hashed: true });
  assert.equal(identity.name, "nano");
  await assert.rejects(thread.call("describe", { model: "gone", hashed: true }), { name: "VisiiError", code: "model" });
  await thread[Symbol.asyncDispose]();
});

test("a learning's state is kept once whoever listens has kept what it was told: who goes on from it is not told again", async () => {
  const folder = scratch();
  const [before, after, checkpoint] = [join(folder, "before.png"), join(folder, "after.png"), join(folder, "state")];
  writeFileSync(before, await picture(9));
  writeFileSync(after, await picture(99));
  const task = { model: "nano", pairs: [{ before, after }], settings: { steps: 4, checkpointEvery: 2 } };
  const size = () => (existsSync(checkpoint) ? statSync(checkpoint).size : 0); // larger with every checkpoint
  const thread = new WorkThread({});
  const kinds: string[] = [];
  const sizes: number[] = [];
  const { stopped } = await thread.call(
    "learn",
    { ...task, previews: true, checkpoint },
    {
      onEvent: async ({ kind }) => {
        kinds.push(kind);
        if (kind !== "saving") return;
        const known = size();
        await delay(200);
        assert.equal(size(), known, "not yet");
        sizes.push(known);
        throw new Error("whoever listens has a failure to tell, which is no reason to wait for ever");
      },
    },
  );
  await thread[Symbol.asyncDispose]();
  assert.equal(stopped, false);
  const round = ["step", "step", "preview", "saving", "saved"];
  assert.deepEqual(kinds, ["model", ...round, ...round]);
  assert.equal(sizes[0], 0);
  assert.ok(0 < sizes[1]! && sizes[1]! < size(), `${sizes}, ${size()}`);
});

test("a job whose thread crashes is tried once more, and then given up with a sentence", async () => {
  const folder = scratch();
  const home = await openHome(join(folder, "home"));
  const feed = new Feed();
  const pictures = new Pictures(home.pictures);
  const library = await Library.open(home, pictures, () => {});
  const [learner, editor] = [new WorkThread({}), new WorkThread({})];
  const ended: string[] = [];
  const place = { pictures, library, files: new JobFiles(home.jobs), learner, editor, onModel: () => {} };
  const jobs = new Jobs(
    place,
    feed,
    () => {},
    ({ id }) => ended.push(id),
  );
  const before = await pictures.add(await picture(9));
  const request = { pairs: [{ before, after: before }], steps: 100_000 };
  const record = await jobs.submit({ kind: "learn", request, model: "nano" });
  const never = new AbortController().signal;
  for (let times = 1; times <= 2; times++) {
    while (!record.progress) await delay(20);
    crash(learner);
    while (record.crashes < times) await delay(20);
    record.progress = null; // of the thread that is no more
  }
  await jobs.finished(record, never);
  assert.equal(record.status, "failed");
  assert.match(record.error!.message, /^The thread that worked on this ended twice/);
  const edit = await jobs.submit({ kind: "edit", request: { picture: before, words: "x", steps: 100 }, model: "nano" });
  while (!edit.progress) await delay(20);
  crash(editor);
  await jobs.finished(edit, never);
  assert.deepEqual([edit.status, edit.crashes], ["done", 1]);
  assert.deepEqual(ended, [record.id, edit.id]);
  await jobs.stop();
  for (const thread of [learner, editor, home]) await thread[Symbol.asyncDispose]();
});

test("what a killed process has left half-written is removed, and pictures that nothing names any more", async () => {
  const folder = join(scratch(), "home");
  for (const name of ["pictures", "jobs/unanswered", "instructions"])
    mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, "pictures", ".abc.123456.tmp"), "half");
  writeFileSync(join(folder, "instructions", "lonely.safetensors"), "no description beside it");
  writeFileSync(join(folder, "instructions", "odd.json"), "{");
  mkdirSync(join(folder, "jobs", "damaged"));
  writeFileSync(join(folder, "jobs", "damaged", "job.json"), "{");
  const old = new Date(Date.now() - 40 * 86_400_000);
  for (const name of ["a".repeat(64), "b".repeat(64), "c".repeat(64)]) {
    writeFileSync(join(folder, "pictures", name), "a picture");
    if (!name.startsWith("c")) utimesSync(join(folder, "pictures", name), old, old);
  }
  mkdirSync(join(folder, "trash"));
  writeFileSync(join(folder, "trash", "x.json"), JSON.stringify({ id: "x", before: "b".repeat(64) }));
  const { client, child, ended } = await startProcess(folder);
  const left = ["b".repeat(64), "c".repeat(64)]; // named by a deleted instruction, and new
  while (readdirSync(join(folder, "pictures")).length > left.length) await client.get("/health");
  assert.deepEqual(readdirSync(join(folder, "pictures")).sort(), left);
  assert.deepEqual(readdirSync(join(folder, "jobs")), ["damaged"]);
  assert.ok((await client.instructions()).every(({ builtIn }) => builtIn));
  child.kill("SIGTERM");
  assert.equal(await ended, 130);
});
