import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { addPngText } from "../../src/image/png-text.ts";
import { galleryPicture, picture, scratch, startProcess } from "../server/harness.ts";
import { type Description, type FuzzRequest, requestTo } from "./requests.ts";

const BAD = 2000;
/** For answers that come when the picture is done, in milliseconds. */
const PATIENCE = 500;
const SECRET = "what lies beside the data folder";

test(`${BAD} bad requests, made from the description: each is refused by a 4xx with a code, and the server goes on`, async (t) => {
  const folder = scratch();
  const [home, cwd] = [join(folder, "home"), join(folder, "cwd")];
  mkdirSync(cwd);
  writeFileSync(join(folder, "secret.txt"), SECRET);
  const server = await startProcess(home, [], cwd);
  const { client } = server;
  const all = await client.get<Description>("/openapi.json");

  const png = await picture(9);
  const made = addPngText(png, { visii: JSON.stringify({ command: "apply", settings: { seed: 1 }, with: "a tiger" }) });
  const instruction = new Uint8Array(
    readFileSync(new URL("../../gallery/fog/instruction.safetensors", import.meta.url)),
  );
  const [before, after] = [await client.upload(galleryPicture("fog", "before")), await client.upload(png)];
  const lesson = await client.learn({ pairs: [{ before, after }], model: "nano", steps: 3 });
  await client.finished(lesson.id);
  const known = [before, after, lesson.id, "fog", "sepia"];

  const statuses = new Map<number, number>();
  let bad = 0;
  const check = async ({ method, path, headers, body }: FuzzRequest) => {
    const signal = AbortSignal.timeout(PATIENCE);
    const sent = { method, headers, signal, ...(body !== undefined && { body: body as BodyInit }) };
    const response = await fetch(client.url + path, sent).catch((error: Error) => {
      if (error.name === "TimeoutError") return undefined; // accepted, and waited for
      throw error;
    });
    if (!response) return;
    const text = await response.text();
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    assert.ok(response.status < 500, `${response.status}: ${text}`);
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    assert.ok(!text.includes(SECRET) && !text.includes("root:"), "nothing from outside");
    if (response.status < 400) return;
    bad++;
    const { error } = JSON.parse(text) as { error: { code: string; message: string; type: string } };
    assert.match(error.code, /^[a-z_]+$/);
    assert.match(error.type, /_error$/);
    assert.match(error.message, /\S[.?!]$/, error.message);
    assert.doesNotMatch(error.message, /\.ts:|\n\s+at |node_modules/, "no trace");
    assert.ok(!error.message.includes(folder), error.message);
  };
  await fc.assert(fc.asyncProperty(requestTo(all, known, [png, made, instruction]), check), {
    seed: 7,
    numRuns: 4000,
    endOnFailure: true,
  });

  // What fetch would put right before it is sent.
  const raw = (path: string, headers: Record<string, string>) =>
    new Promise<number>((done, fail) => {
      const { hostname, port } = new URL(client.url);
      const sent = request({ hostname, port, path, headers }, (response) => {
        response.resume().on("end", () => done(response.statusCode!));
      });
      sent.on("error", fail).end();
    });
  for (const path of [
    "/../../secret.txt",
    "/..%2f..%2fsecret.txt",
    "/%2e%2e/secret.txt",
    "//etc/passwd",
    "/assets/../../secret.txt",
    "/api/pictures/..%2f..%2fsecret.txt",
    "/%",
    "/api/jobs/%E0%A4%A",
    "*",
  ]) {
    const status = await raw(path, {});
    assert.ok(status >= 400 && status < 500, `${path}: ${status}`);
  }
  assert.equal(await raw("/health", { host: "evil.example" }), 403);

  t.diagnostic(
    `${bad} bad ones; ${[...statuses]
      .sort(([a], [b]) => a - b)
      .map(([status, count]) => `${status}: ${count}`)
      .join(", ")}`,
  );
  assert.ok(bad >= BAD, `${bad} were bad`);
  assert.equal((await client.get<{ status: string }>("/health")).status, "ok");
  server.child.kill("SIGTERM");
  assert.equal(await server.ended, 130, server.errors());
  assert.doesNotMatch(server.errors(), /Something went wrong|\bfailed\b/, "nothing went wrong inside");
  assert.deepEqual(readdirSync(folder).sort(), ["cwd", "home", "secret.txt"]);
  assert.deepEqual(
    readdirSync(cwd).filter((name) => !/^tsx-/.test(name)),
    [],
    "no file outside of the data folder",
  );
  assert.deepEqual(readdirSync(home).sort(), ["instructions", "jobs", "pictures", "trash"]);
});
