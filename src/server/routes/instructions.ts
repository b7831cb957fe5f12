import { readFile } from "node:fs/promises";
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { decodeCard } from "../../core/card.ts";
import { cardPictures, makeCard } from "../../core/node-card.ts";
import { VisiiError } from "../../errors.ts";
import { mediaType } from "../../image/kind.ts";
import { decodeImage, encodeImage, type Image } from "../../index.ts";
import { IdParam, Instruction, InstructionChange, NameQuery } from "../schemas.ts";
import { type Services, toInstruction } from "../services.ts";
import type { Pictures } from "../store/pictures.ts";
import { body, failed, file, json } from "./describe.ts";

/** How errors call what was sent. */
const FILE = "The file";

const tags = ["instructions"];
const one = { 200: json(Instruction, "The instruction"), ...failed };

export function instructionRoutes(app: OpenAPIHono, { library, models, pictures }: Services): void {
  const list = createRoute({
    method: "get",
    path: "/api/instructions",
    tags,
    summary: "The library: newest first, then the built-in gallery",
    responses: { 200: json(z.object({ instructions: z.array(Instruction) }), "All instructions"), ...failed },
  });
  app.openapi(list, async (c) => {
    const instructions = await Promise.all(library.list().map((record) => toInstruction(record, models)));
    return c.json({ instructions }, 200);
  });

  const add = createRoute({
    method: "post",
    path: "/api/instructions",
    tags,
    summary: "Import an instruction: the body is its .safetensors file, or an edit card",
    request: { query: NameQuery, body: { ...file("application/octet-stream", "The file"), required: true } },
    responses: {
      200: json(Instruction, "An equal one, which is there already"),
      201: json(Instruction, "The instruction"),
      ...failed,
    },
  });
  app.openapi(add, async (c) => {
    if (!/^(?:image\/png|application\/octet-stream)/i.test(c.req.header("content-type") ?? "")) {
      throw new VisiiError(
        "unsupported",
        "The body is the instruction's file; its content type is application/octet-stream.",
      );
    }
    const { name } = c.req.valid("query");
    const bytes = new Uint8Array(await c.req.arrayBuffer());
    const { instruction, ...said } =
      mediaType(bytes) === undefined ? { instruction: bytes } : await openCard(bytes, pictures);
    const { record, added } = await library.addOnce(instruction, { ...said, ...(name !== undefined && { name }) });
    return c.json(await toInstruction(record, models), added ? 201 : 200);
  });

  const get = createRoute({
    method: "get",
    path: "/api/instructions/{id}",
    tags,
    summary: "One instruction",
    request: { params: IdParam },
    responses: one,
  });
  app.openapi(get, async (c) => c.json(await toInstruction(library.get(c.req.valid("param").id), models), 200));

  const rename = createRoute({
    method: "patch",
    path: "/api/instructions/{id}",
    tags,
    summary: "Rename it",
    request: { params: IdParam, body: body(InstructionChange) },
    responses: one,
  });
  app.openapi(rename, async (c) => {
    const record = await library.rename(c.req.valid("param").id, c.req.valid("json").name);
    return c.json(await toInstruction(record, models), 200);
  });

  const duplicate = createRoute({
    method: "post",
    path: "/api/instructions/{id}/duplicate",
    tags,
    summary: "Copy it",
    request: { params: IdParam },
    responses: { 201: json(Instruction, "The copy"), ...failed },
  });
  app.openapi(duplicate, async (c) =>
    c.json(await toInstruction(await library.duplicate(c.req.valid("param").id), models), 201),
  );

  const remove = createRoute({
    method: "delete",
    path: "/api/instructions/{id}",
    tags,
    summary: "Delete it; it can be taken back for 30 days",
    request: { params: IdParam },
    responses: { 204: { description: "Deleted" }, ...failed },
  });
  app.openapi(remove, async (c) => {
    await library.remove(c.req.valid("param").id);
    return c.body(null, 204);
  });

  const restore = createRoute({
    method: "post",
    path: "/api/instructions/{id}/restore",
    tags,
    summary: "Take back a deleted one",
    request: { params: IdParam },
    responses: one,
  });
  app.openapi(restore, async (c) =>
    c.json(await toInstruction(await library.restore(c.req.valid("param").id), models), 200),
  );

  const card = createRoute({
    method: "get",
    path: "/api/instructions/{id}/card",
    tags,
    summary: "Its edit card: a PNG that shows before and after, and carries the instruction",
    request: { params: IdParam },
    responses: { 200: file("image/png", "The card"), ...failed },
  });
  app.openapi(card, async (c) => {
    const { id, name, before, after } = library.get(c.req.valid("param").id);
    if (before === undefined || after === undefined) {
      throw new VisiiError(
        "conflict",
        `${name} came without pictures, so there is nothing for a card to show; take its file.`,
        { id },
      );
    }
    const [first, second] = [await pictures.read(before), await pictures.read(after)];
    const pair = { before: await decodeImage(first), after: await decodeImage(second) };
    const png = await makeCard(await readFile(library.path(id)), { name, ...pair });
    c.header("content-disposition", attachment(name, "png"));
    return c.body(png, 200, { "content-type": "image/png" });
  });

  const download = createRoute({
    method: "get",
    path: "/api/instructions/{id}/file",
    tags,
    summary: "Its .safetensors file",
    request: { params: IdParam },
    responses: { 200: file("application/octet-stream", "The file"), ...failed },
  });
  app.openapi(download, async (c) => {
    const { id, name } = library.get(c.req.valid("param").id);
    c.header("content-disposition", attachment(name, "safetensors"));
    return c.body(await readFile(library.path(id)), 200, { "content-type": "application/octet-stream" });
  });
}

/** What is in an edit card; its two pictures are kept. Throws `VisiiError("instruction")` for a picture that is none. */
async function openCard(bytes: Uint8Array, pictures: Pictures) {
  const { instruction, name } = await decodeCard(bytes, FILE);
  const pair = await cardPictures(bytes, FILE);
  const keep = async (image: Image) => pictures.add(await encodeImage(image, "png"));
  return {
    instruction,
    ...(name.trim() && { name: name.trim().slice(0, 100) }),
    ...(pair && { before: await keep(pair.before), after: await keep(pair.after) }),
  };
}

/** A file name for people, in ASCII and as it is (RFC 6266). */
function attachment(name: string, end: string): string {
  const safe = name.replace(/[\p{Cc}\p{Cs}\\/:*?"<>|]/gu, "_");
  const plain = safe.replace(/[^\x20-\x7e]/g, "_");
  return `attachment; filename="${plain}.${end}"; filename*=UTF-8''${encodeURIComponent(`${safe}.${end}`)}`;
}
