import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { decodeImage, encodeImage } from "../../src/index.ts";
import type { Picture } from "../../src/server/schemas.ts";
import { galleryPicture, picture, startHere } from "./harness.ts";

const client = await startHere();
const upload = (bytes: Uint8Array, headers?: Record<string, string>) =>
  client.ask<Picture & { error: { code: string; message: string } }>("POST", "/api/pictures", bytes, headers);

test("a picture is kept by its content, and comes back as it was", async () => {
  const bytes = galleryPicture("fog", "before");
  const { status, body } = await upload(bytes);
  assert.equal(status, 201);
  const image = await decodeImage(bytes);
  const { width, height, type, settings, instruction, card } = body;
  assert.deepEqual(
    { width, height, type, settings, instruction, card },
    {
      width: image.width,
      height: image.height,
      type: "image/png",
      settings: null,
      instruction: null,
      card: false,
    },
  );
  assert.match(body.id, /^[0-9a-f]{64}$/);
  assert.equal((await upload(bytes)).body.id, body.id);
  assert.deepEqual(await client.file(body.id), new Uint8Array(bytes));
  const { headers } = await client.ask("GET", `/api/pictures/${body.id}`);
  assert.match(headers.get("cache-control")!, /immutable/);
});

test("JPEG and WebP are taken too, and told by what they are and not by what they are called", async () => {
  const image = await decodeImage(await picture(7));
  for (const format of ["jpeg", "webp"] as const) {
    const { body } = await upload(await encodeImage(image, format), { "content-type": "image/png" });
    assert.equal(body.type, `image/${format}`);
    assert.equal((await client.ask("GET", `/api/pictures/${body.id}`)).headers.get("content-type"), `image/${format}`);
  }
});

test("a preview is at most so wide, and never larger than the picture", async () => {
  const id = await client.upload(await picture(3, 400));
  for (const [width, expected] of [
    [128, 128],
    [256, 256],
    [512, 400],
  ] as const) {
    const response = await fetch(`${client.url}/api/pictures/${id}?width=${width}`);
    assert.equal(response.headers.get("content-type"), "image/webp");
    assert.equal((await decodeImage(new Uint8Array(await response.arrayBuffer()))).width, expected);
  }
  assert.equal((await client.ask("GET", `/api/pictures/${id}?width=99999`)).status, 400);
});

test("what is no picture, damaged, too many pixels, or nothing is refused in a sentence, and not kept", async () => {
  const before = readdirSync(join(client.home, "pictures"));
  const png = galleryPicture("fog", "before");
  const jpeg = await encodeImage(await decodeImage(png), "jpeg");
  const cases: [Uint8Array, RegExp][] = [
    [new TextEncoder().encode("hello"), /^The picture is not a picture that can be read/],
    [
      new TextEncoder().encode("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"),
      /is a drawing \(SVG\)/,
    ],
    [png.subarray(0, png.length / 2), /is damaged or cut short\.$/],
    [jpeg.subarray(0, jpeg.length / 2), /is damaged or cut short\.$/],
    [new Uint8Array(0), /is empty\.$/],
    [hugePng(30_000), /is too large: 30,000 × 30,000 pixels/],
  ];
  for (const [bytes, sentence] of cases) {
    const { status, body } = await upload(bytes);
    assert.equal(status, 422);
    assert.equal(body.error.code, "input");
    assert.match(body.error.message, sentence);
  }
  assert.deepEqual(readdirSync(join(client.home, "pictures")), before);
});

test("what is called something else than a picture, or is too large a body, is refused", async () => {
  const text = await upload(new TextEncoder().encode("{}"), { "content-type": "application/json" });
  assert.deepEqual([text.status, text.body.error.code], [415, "unsupported"]);
  const large = await upload(new Uint8Array(65 * 2 ** 20));
  assert.deepEqual([large.status, large.body.error.code], [413, "too_large"]);
});

test("a picture that isn't there, and an id that is none", async () => {
  assert.equal((await client.ask("GET", `/api/pictures/${"0".repeat(64)}`)).status, 404);
  assert.equal((await client.ask("GET", "/api/pictures/..%2f..%2fetc%2fpasswd")).status, 400);
  assert.ok(existsSync(join(client.home, "pictures")));
});

/** The header of a PNG with so many pixels, which nobody should try to decode. */
function hugePng(side: number): Uint8Array {
  const png = new Uint8Array(galleryPicture("fog", "before"));
  const view = new DataView(png.buffer);
  view.setUint32(16, side);
  view.setUint32(20, side);
  return png;
}
