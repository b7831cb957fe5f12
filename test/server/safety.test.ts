import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { startServer } from "../../src/server/server.ts";
import { Client, scratch, startHere } from "./harness.ts";

const folder = scratch();
const page = join(folder, "page");
mkdirSync(join(page, "assets"), { recursive: true });
writeFileSync(join(page, "index.html"), "<!doctype html><title>visii</title>");
writeFileSync(join(page, "assets", "index-1a2b.js"), "export {};");
writeFileSync(join(folder, "secret.txt"), "secret");

const client = await startHere({ page });

/** What fetch would not send. */
function raw(
  url: string,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((done, fail) => {
    const sent = request({ hostname, port, path, headers, method }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => done({ status: response.statusCode!, headers: response.headers, text }));
    });
    sent.on("error", fail).end();
  });
}

const HEADERS = {
  "content-security-policy": /^default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; .*frame-ancestors 'none'/,
  "cross-origin-embedder-policy": /^require-corp$/,
  "cross-origin-opener-policy": /^same-origin$/,
  "cross-origin-resource-policy": /^same-origin$/,
  "referrer-policy": /^no-referrer$/,
  "x-content-type-options": /^nosniff$/,
};

test("every answer has the security headers: page, data, events, and refusals", async () => {
  for (const [path, host] of [
    ["/", undefined],
    ["/health", undefined],
    ["/nothing", undefined],
    ["/api/jobs/x", undefined],
    ["/health", "evil.example"],
  ]) {
    const { headers } = await raw(client.url, path!, host ? { host } : {});
    for (const [name, value] of Object.entries(HEADERS)) assert.match(String(headers[name]), value, `${path} ${name}`);
  }
  const events = new AbortController();
  const { headers } = await fetch(`${client.url}/api/events`, { signal: events.signal });
  events.abort();
  assert.equal(headers.get("cross-origin-embedder-policy"), "require-corp");
});

test("the page is what its folder has, and nothing beside it", async () => {
  const index = await raw(client.url, "/");
  assert.deepEqual(
    [index.status, index.headers["content-type"], index.headers["cache-control"]],
    [200, "text/html; charset=utf-8", "no-cache"],
  );
  const script = await raw(client.url, "/assets/index-1a2b.js");
  assert.match(String(script.headers["cache-control"]), /immutable/);
  for (const path of [
    "/../secret.txt",
    "/..%2fsecret.txt",
    "/assets/../../secret.txt",
    "/%2e%2e/secret.txt",
    "/assets/%2e%2e%2f%2e%2e%2fsecret.txt",
    "//secret.txt",
    "/index.html/../../secret.txt",
  ]) {
    const { status, text } = await raw(client.url, path);
    assert.equal(status, 404, path);
    assert.ok(!text.includes("secret.txt") || text.includes("not_found"));
  }
});

test("a name that is not this machine's is refused (DNS rebinding)", async () => {
  for (const host of [
    "evil.example",
    "evil.example:80",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "10.0.0.1",
  ]) {
    const { status, text } = await raw(client.url, "/api/instructions", { host });
    assert.equal(status, 403, host);
    assert.equal(JSON.parse(text).error.code, "forbidden");
  }
  for (const host of ["localhost", "LOCALHOST:9999", "127.0.0.1:1", "127.9.9.9", "[::1]:80"]) {
    assert.equal((await raw(client.url, "/health", { host })).status, 200, host);
  }
});

test("pages of other origins are refused: by their Origin, and by what the browser says", async () => {
  const { host } = new URL(client.url);
  for (const origin of ["https://evil.example", "null", "http://localhost:1", `http://${host}.evil.example`]) {
    for (const method of ["GET", "POST", "DELETE"]) {
      assert.equal((await raw(client.url, "/api/jobs", { origin }, method)).status, 403, `${method} ${origin}`);
    }
  }
  assert.equal((await raw(client.url, "/api/jobs", { origin: `http://${host}` })).status, 200);
  assert.equal(
    (await raw(client.url, "/api/jobs", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" })).status,
    403,
  );
  assert.equal((await raw(client.url, "/api/jobs", { "sec-fetch-site": "same-origin" })).status, 200);
  assert.equal(
    (await raw(client.url, "/", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" })).status,
    200,
    "a link may lead here",
  );
});

test("another address than this machine's own needs a token", async () => {
  await assert.rejects(startServer({ home: join(folder, "never"), port: 0, host: "0.0.0.0" }), /needs a token/);
  const token = "correct-horse-battery";
  const server = await startServer({ home: join(folder, "home"), port: 0, host: "0.0.0.0", token, page });
  try {
    const url = server.url.replace("0.0.0.0", "127.0.0.1");
    const status = async (headers: Record<string, string>, path = "/api/jobs") =>
      (await raw(url, path, headers)).status;
    const refused = await raw(url, "/api/jobs");
    assert.deepEqual([refused.status, JSON.parse(refused.text).error.code], [401, "unauthorized"]);
    assert.equal(await status({}, "/"), 401, "the page too");
    assert.equal(await status({ authorization: "Bearer wrong" }), 401);
    assert.equal(await status({ cookie: "visii_token=wrong" }), 401);
    assert.equal(await status({}, "/?token=wrong"), 401);
    assert.equal(await status({ authorization: `Bearer ${token}` }), 200);
    const opened = await raw(url, `/?token=${token}`);
    assert.deepEqual([opened.status, opened.headers.location], [303, "/"]);
    const [cookie] = opened.headers["set-cookie"] as string[];
    assert.match(cookie!, /HttpOnly/);
    assert.match(cookie!, /SameSite=Strict/);
    assert.equal(await status({ cookie: cookie!.split(";")[0]! }), 200);
    assert.equal(await status({ cookie: cookie!.split(";")[0]!, origin: "https://evil.example" }), 403);
  } finally {
    await server.close();
  }
});

test("a data folder has one server, and a port too", async () => {
  const home = join(folder, "one");
  const first = await startServer({ home, port: 0 });
  await assert.rejects(startServer({ home, port: 0 }), /^VisiiError: Another visii server uses .+one; stop it/);
  const port = Number(new URL(first.url).port);
  await assert.rejects(startServer({ home: join(folder, "two"), port }), /another program uses it/);
  await first.close();
  const again = await startServer({ home, port });
  await again.close();
});

test("there is a limit to streams, bodies and methods", async () => {
  const abort = new AbortController();
  const open = (n: number) =>
    Promise.all(Array.from({ length: n }, () => fetch(`${client.url}/api/events`, { signal: abort.signal })));
  const streams = await open(64);
  assert.ok(streams.every(({ status }) => status === 200));
  assert.equal((await client.ask("GET", "/api/events")).status, 429);
  abort.abort();
  while ((await client.get<string>("/metrics")).match(/^visii_event_streams (\d+)$/m)![1] !== "0");
  const long = { pairs: [], name: "x".repeat(2 ** 20) };
  for (let i = 0; i < 5; i++) {
    // Where a body was not read the connection ends; the next request has to find another.
    assert.deepEqual((await client.ask("POST", "/api/learn", long)).body.error.code, "too_large");
    assert.equal((await client.ask("PUT", "/api/pictures", new Uint8Array(3))).status, 404);
  }
});

test("HEAD opens no stream; a body that doesn't say how long it is has the same limit", async () => {
  for (let i = 0; i < 70; i++) assert.equal((await raw(client.url, "/api/events", {}, "HEAD")).status, 204);
  assert.match(await client.get<string>("/metrics"), /^visii_event_streams 0$/m);
  const { hostname, port } = new URL(client.url);
  const status = await new Promise<number | string>((done) => {
    const headers = { "content-type": "application/octet-stream", "transfer-encoding": "chunked" };
    const sent = request({ hostname, port, path: "/api/pictures", method: "POST", headers }, (response) =>
      done(response.statusCode!),
    );
    sent.on("error", ({ code }: NodeJS.ErrnoException) => done(code!));
    for (let i = 0; i < 65; i++) sent.write(Buffer.alloc(2 ** 20));
    sent.end();
  });
  assert.ok(status === 413 || status === "EPIPE" || status === "ECONNRESET", `${status}`);
  assert.equal((await client.get<{ status: string }>("/health")).status, "ok");
});

test("health, numbers and the description", async () => {
  const health = await client.get<{ status: string; version: string; queue: object }>("/health");
  assert.deepEqual([health.status, health.queue], ["ok", { learn: 0, edit: 0 }]);
  const numbers = await client.get<string>("/metrics");
  for (const name of ["visii_jobs_waiting", "visii_http_requests_total", "process_resident_memory_bytes"])
    assert.match(numbers, new RegExp(`^${name}`, "m"));
  const { paths } = await client.get<{ paths: Record<string, object> }>("/openapi.json");
  const documented = Object.keys(paths).sort();
  for (const path of [
    "/api/pictures",
    "/api/instructions/{id}/card",
    "/api/learn",
    "/api/edits",
    "/api/jobs/{id}/cancel",
    "/api/events",
    "/api/models",
    "/v1/images/edits",
    "/health",
    "/metrics",
  ]) {
    assert.ok(documented.includes(path), path);
  }
});

test("an unreadable request is told so, and nothing of the program's inside", async () => {
  for (const body of ["{", "[]", "null", '{"pairs":']) {
    const response = await fetch(`${client.url}/api/learn`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    assert.deepEqual([response.status, error.code], [400, "usage"]);
    assert.doesNotMatch(error.message, /\bat .+:\d+/);
  }
  const other = new Client(client.url);
  assert.equal((await other.ask("GET", "/api/jobs?limit=many")).status, 400);
  assert.deepEqual(client.log, []);
});
