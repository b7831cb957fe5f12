import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI, {
  type APIError,
  APIUserAbortError,
  BadRequestError,
  NotFoundError,
  toFile,
  UnprocessableEntityError,
} from "openai";
import { decodeImage } from "../../src/index.ts";
import type { Instruction, Job } from "../../src/server/schemas.ts";
import { galleryPicture, picture, startHere } from "./harness.ts";

const server = await startHere();
const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none is needed here", maxRetries: 0 });
const drawing = () => toFile(galleryPicture("fog", "before"), "drawing.png", { type: "image/png" });
const small = async (red: number) => toFile(await picture(red), "small.png", { type: "image/png" });
const bytesOf = (base64: string | undefined) => new Uint8Array(Buffer.from(base64!, "base64"));

test("an instruction of the library, by its name, on the built-in model; the prompt may be empty or join it", async () => {
  const plain = await client.images.edit({ model: "sepia", image: await drawing(), prompt: " " });
  assert.ok(Math.abs(plain.created - Date.now() / 1000) < 60);
  assert.equal(plain.data!.length, 1);
  const image = await decodeImage(bytesOf(plain.data![0]!.b64_json));
  const original = await decodeImage(galleryPicture("fog", "before"));
  assert.deepEqual([image.width, image.height], [original.width, original.height]);
  const hybrid = await client.images.edit({ model: "sepia", image: await drawing(), prompt: "a cat" });
  assert.notEqual(hybrid.data![0]!.b64_json, plain.data![0]!.b64_json);
  const again = await client.images.edit({ model: "sepia", image: await drawing(), prompt: "" });
  assert.equal(again.data![0]!.b64_json, plain.data![0]!.b64_json, "the same request, the same picture");
});

test("a model by words; several pictures, several results, a size, a format, addresses", async () => {
  const request = { model: "nano", prompt: "make it red", n: 2, size: "96x64" as never };
  const { data } = await client.images.edit({
    ...request,
    image: [await small(1), await small(200)],
    output_format: "jpeg",
  });
  assert.equal(data!.length, 4);
  assert.equal(new Set(data!.map(({ b64_json }) => b64_json)).size, 4);
  for (const { b64_json } of data!) {
    const bytes = bytesOf(b64_json);
    assert.deepEqual([...bytes.subarray(0, 2)], [0xff, 0xd8], "a JPEG");
    const { width, height } = await decodeImage(bytes);
    assert.deepEqual([width, height], [96, 64]);
  }
  const linked = await client.images.edit({
    model: "nano",
    prompt: "x",
    image: await small(1),
    response_format: "url",
  });
  assert.equal((await fetch(linked.data![0]!.url!)).headers.get("content-type"), "image/png");
  assert.equal(linked.data![0]!.b64_json, undefined);
});

test("an instruction by its own name or id; and all names are listed", async () => {
  const copy = await server.post<Instruction>("/api/instructions/fog/duplicate", undefined, 201);
  await server.ask("PATCH", `/api/instructions/${copy.id}`, { name: "my own fog" });
  const edit = async (model: string) =>
    (await client.images.edit({ model, image: await drawing(), prompt: " " })).data![0]!.b64_json;
  assert.equal((await edit("my own fog"))!.length, (await edit(copy.id))!.length);
  const ids = (await client.models.list()).data.map(({ id }) => id);
  for (const id of ["nano", "tiny", "sepia", copy.id]) assert.ok(ids.includes(id), id);
});

test("mistakes reach the client as the errors that it knows", async () => {
  const image = await small(1);
  const right = { model: "nano", image, prompt: "make it red" };
  const cases: [object, new (...all: never[]) => APIError, string, string | null, RegExp][] = [
    [{ model: "gone" }, NotFoundError, "not_found", "model", /no model and no instruction "gone"/],
    [{ prompt: " " }, BadRequestError, "usage", "prompt", /say in words/],
    [{ n: 11 }, BadRequestError, "usage", "n", /^400 n: /],
    [{ size: "7x7" }, BadRequestError, "usage", "size", /size/],
    [{ size: "9000x9000" }, BadRequestError, "usage", "size", /16 to 2048/],
    [{ mask: image }, BadRequestError, "usage", "mask", /mask is not supported/],
    [
      { image: await toFile(Buffer.from("no picture"), "x.png") },
      UnprocessableEntityError,
      "input",
      null,
      /not a picture/,
    ],
    [{ prompt: "word ".repeat(300) }, BadRequestError, "usage", null, /too long/],
  ];
  for (const [wrong, kind, code, param, sentence] of cases) {
    await assert.rejects(client.images.edit({ ...right, ...wrong }), (error: APIError) => {
      assert.ok(error instanceof kind, `${error}`);
      assert.deepEqual([error.code, error.param], [code, param]);
      assert.match(error.message, sentence);
      return true;
    });
  }
});

test("a client that goes away leaves no work behind", async () => {
  const abort = new AbortController();
  const request = { model: "nano", image: await small(1), prompt: "x", n: 10, steps: 1000 };
  const edit = client.images.edit(request, { signal: abort.signal });
  const active = async () => {
    const { jobs } = await server.get<{ jobs: Job[] }>("/api/jobs?kind=edit&limit=50");
    return jobs.filter(({ status }) => status === "queued" || status === "running").length;
  };
  while ((await active()) < 10);
  abort.abort();
  await assert.rejects(edit, APIUserAbortError);
  while ((await active()) > 0);
});
