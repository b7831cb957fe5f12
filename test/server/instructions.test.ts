import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { encodeCard } from "../../src/core/card.ts";
import { gallery } from "../../src/core/node-gallery.ts";
import { decodeImage, learn, loadModel } from "../../src/index.ts";
import type { Instruction, Picture } from "../../src/server/schemas.ts";
import { startServer } from "../../src/server/server.ts";
import { Client, picture, scratch, startHere } from "./harness.ts";

const client = await startHere();
const exhibits = gallery();

/** A learned instruction's bytes; another one for each seed. */
async function learned(seed: number): Promise<Uint8Array> {
  await using model = await loadModel("nano");
  const pair = { before: await decodeImage(await picture(200)), after: await decodeImage(await picture(9)) };
  return (
    await learn(model, { pairs: [pair], steps: 2, seed, init: seed === 1 ? "make it red" : "" }).result
  ).toBytes();
}

const importing = (bytes: Uint8Array, query = "") =>
  client.ask<Instruction & { error: { code: string; message: string } }>("POST", `/api/instructions${query}`, bytes);

const own = async () => (await client.instructions()).filter(({ builtIn }) => !builtIn);

test("the gallery is in the library, usable, with its pictures", async () => {
  const all = await client.instructions();
  assert.deepEqual(
    all.map(({ id }) => id),
    exhibits.map(({ name }) => name),
  );
  for (const { builtIn, usable, model, before, after } of all) {
    assert.ok(builtIn && usable);
    assert.equal(model.name, "tiny");
    assert.ok((await client.file(before!)).length > 0 && (await client.file(after!)).length > 0);
  }
  const { headers } = await client.ask("GET", "/api/instructions/sepia/file");
  assert.match(headers.get("content-disposition")!, /^attachment; filename="sepia\.safetensors"/);
});

test("an instruction is imported once, named, renamed, copied, deleted and taken back", async () => {
  const bytes = await learned(1);
  const { status, body } = await importing(bytes);
  assert.equal(status, 201);
  assert.equal(body.name, "make it red", "called by the words that it started from");
  assert.deepEqual([body.steps, body.pairs, body.usable, body.builtIn], [2, 1, true, false]);
  const again = await importing(bytes, "?name=other");
  assert.deepEqual([again.status, again.body.id], [200, body.id]);

  const renamed = await client.ask<Instruction>("PATCH", `/api/instructions/${body.id}`, { name: 'Rot / 赤 "x"' });
  assert.equal(renamed.body.name, 'Rot / 赤 "x"');
  const { headers } = await client.ask("GET", `/api/instructions/${body.id}/file`);
  assert.equal(
    headers.get("content-disposition"),
    `attachment; filename="Rot _ _ _x_.safetensors"; filename*=UTF-8''Rot%20_%20%E8%B5%A4%20_x_.safetensors`,
  );
  const copy = await client.post<Instruction>(`/api/instructions/${body.id}/duplicate`, undefined, 201);
  assert.notEqual(copy.id, body.id);
  assert.deepEqual(
    (await own()).map(({ id }) => id),
    [copy.id, body.id],
    "newest first",
  );

  assert.equal((await client.ask("DELETE", `/api/instructions/${body.id}`)).status, 204);
  assert.equal((await client.ask("GET", `/api/instructions/${body.id}`)).status, 404);
  assert.deepEqual(
    (await own()).map(({ id }) => id),
    [copy.id],
  );
  const restored = await client.post<Instruction>(`/api/instructions/${body.id}/restore`);
  assert.deepEqual(restored, renamed.body);
  const file = await fetch(`${client.url}/api/instructions/${body.id}/file`);
  assert.deepEqual(new Uint8Array(await file.arrayBuffer()), bytes);
  assert.equal((await client.ask("POST", "/api/instructions/nothing/restore")).status, 404);
});

test("without words and without a name it is an untitled edit, counted", async () => {
  const names = [(await importing(await learned(2))).body.name, (await importing(await learned(3))).body.name];
  assert.deepEqual(names, ["untitled edit 1", "untitled edit 2"]);
});

test("built-in ones are read only, and can be copied", async () => {
  for (const [method, path, body] of [
    ["PATCH", "/api/instructions/fog", { name: "x" }],
    ["DELETE", "/api/instructions/fog", undefined],
  ] as const) {
    const answer = await client.ask(method, path, body);
    assert.deepEqual([answer.status, answer.body.error.code], [409, "conflict"]);
    assert.match(answer.body.error.message, /comes with visii/);
  }
  const copy = await client.post<Instruction>("/api/instructions/fog/duplicate", undefined, 201);
  assert.deepEqual([copy.name, copy.builtIn], ["fog (copy)", false]);
  assert.equal((await client.ask("DELETE", `/api/instructions/${copy.id}`)).status, 204);
});

test("an edit card goes out, and into another library, with its pictures", async () => {
  const response = await fetch(`${client.url}/api/instructions/sepia/card`);
  assert.equal(response.headers.get("content-type"), "image/png");
  const card = new Uint8Array(await response.arrayBuffer());
  const told = await client.post<Picture>("/api/pictures", card, 201);
  assert.deepEqual([told.card, told.instruction, told.settings], [true, "sepia", null]);
  assert.equal((await importing(card)).body.id, "sepia", "it is there already");

  const bytes = await learned(4);
  const { id } = (await importing(bytes)).body;
  const none = await client.ask("GET", `/api/instructions/${id}/card`);
  assert.deepEqual([none.status, none.body.error.code], [409, "conflict"], "no pictures to show");

  const mine = encodeCard(await picture(1, 64), {
    instruction: bytes.slice(),
    name: "from afar",
    frames: { before: { left: 0, top: 0, width: 32, height: 32 }, after: { left: 32, top: 0, width: 32, height: 32 } },
  });
  assert.equal((await client.ask("DELETE", `/api/instructions/${id}`)).status, 204);
  const { status, body } = await importing(mine);
  assert.deepEqual([status, body.name], [201, "from afar"]);
  assert.equal((await decodeImage(await client.file(body.after!))).width, 32);
});

test("what is no instruction is refused in a sentence", async () => {
  const count = readdirSync(join(client.home, "instructions")).length;
  for (const [bytes, sentence] of [
    [new TextEncoder().encode("hello"), /^The file: this is not an instruction file/],
    [await picture(1), /^The file: there is no instruction in this picture/],
    [(await learned(5)).subarray(0, 400), /^The file: this is not an instruction file/],
  ] as const) {
    const { status, body } = await importing(bytes);
    assert.deepEqual([status, body.error.code], [422, "instruction"]);
    assert.match(body.error.message, sentence);
  }
  assert.equal(readdirSync(join(client.home, "instructions")).length, count);
});

test("the library is there after a restart; what was deleted long ago is not", async () => {
  const home = join(scratch(), "home");
  const first = await startServer({ home, port: 0 });
  const before = new Client(first.url);
  const made = await before.post<Instruction>("/api/instructions?name=kept", await learned(6), 201);
  await first.close();
  assert.equal(readFileSync(join(home, "instructions", `${made.id}.json`), "utf8").includes('"kept"'), true);
  const second = await startServer({ home, port: 0 });
  try {
    assert.deepEqual(await new Client(second.url).get(`/api/instructions/${made.id}`), made);
  } finally {
    await second.close();
  }
});
