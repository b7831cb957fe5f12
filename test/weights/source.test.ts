import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileSource } from "../../src/weights/node.ts";
import { type ByteSource, blobSource, fetchSource, memorySource } from "../../src/weights/source.ts";

const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) % 256);
const folder = mkdtempSync(join(tmpdir(), "visii-source-"));
const path = join(folder, "data.bin");
writeFileSync(path, bytes);

const server = createServer((request, response) => {
  if (request.url === "/missing") return response.writeHead(404).end();
  const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "");
  if (request.url === "/plain" || !range) return response.writeHead(200).end(bytes);
  const [first, last] = range.slice(1).map(Number);
  response.writeHead(206, { "content-range": `bytes ${first}-${last}/${bytes.length}` });
  response.end(bytes.subarray(first, last + 1));
});
let origin = "";

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const sources: [string, () => ByteSource | Promise<ByteSource>][] = [
  ["memory", () => memorySource("data", bytes)],
  ["a Blob", () => blobSource("data", new Blob([bytes]))],
  ["a file", () => fileSource(path)],
  ["HTTP with ranges", () => fetchSource(`${origin}/ranged`)],
  ["HTTP without ranges", () => fetchSource(`${origin}/plain`)],
];

for (const [what, make] of sources) {
  test(`reads ranges of ${what}`, async () => {
    const source = await make();
    assert.equal(source.size, 1000);
    for (const [offset, length] of [
      [0, 1000],
      [0, 1],
      [999, 1],
      [333, 100],
      [1000, 0],
    ]) {
      const read = await source.read(offset, length);
      assert.deepEqual(Buffer.from(read), Buffer.from(bytes.subarray(offset, offset + length)));
    }
    await assert.rejects(source.read(990, 11), /bytes 990 to 1001 lie outside its 1000 bytes/);
    await assert.rejects(source.read(-1, 2), /lie outside/);
  });
}

test("tells what can't be read", async () => {
  await assert.rejects(fileSource(join(folder, "none")), /none: there is no such file/);
  await assert.rejects(fetchSource(`${origin}/missing`), /the server answered 404/);
  await assert.rejects(fetchSource("http://127.0.0.1:1/x"), /the server can't be reached/);
});

test("a file that shrinks while it is read is noticed", async () => {
  const short = join(folder, "short.bin");
  writeFileSync(short, bytes);
  const source = await fileSource(short);
  truncateSync(short, 10);
  await assert.rejects(source.read(0, 100), /became shorter/);
});
