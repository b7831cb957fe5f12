import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { VisiiError } from "../../errors.ts";
import { cover } from "../../image/fit.ts";
import { decodeImage, encodeImage, examineImage } from "../../image/node.ts";
import { errorOf } from "../errors.ts";
import { isFinal, type JobRecord } from "../jobs/record.ts";
import { type EditRequest, ImagesEdited, ImagesEditForm, OpenAiModels } from "../schemas.ts";
import type { Services } from "../services.ts";
import { failed, json } from "./describe.ts";
import { submitEdit } from "./jobs.ts";

/** How long a caller is kept waiting, in milliseconds: as long as OpenAI's clients wait. */
const LONGEST = 600_000;
/** Sides that a result may be asked for, in pixels. */
const [SMALLEST_SIDE, LARGEST_SIDE] = [16, 2048];

const tags = ["as OpenAI's"];

/** Editing in the shape that OpenAI's clients know. */
export function openAiRoutes(app: OpenAPIHono, services: Services): void {
  const list = createRoute({
    method: "get",
    path: "/v1/models",
    tags,
    summary: "All that `model` may name: models, and the instructions that can be used",
    responses: { 200: json(OpenAiModels, "Models and instructions"), ...failed },
  });
  app.openapi(list, async (c) => c.json({ object: "list" as const, data: await everyModel(services) }, 200));

  const edit = createRoute({
    method: "post",
    path: "/v1/images/edits",
    tags,
    summary: "Edit pictures, and wait for them",
    request: { body: { content: { "multipart/form-data": { schema: ImagesEditForm } }, required: true } },
    responses: { 200: json(ImagesEdited, "The results: all of the first picture, then of the second"), ...failed },
  });
  app.openapi(edit, async (c) => {
    const form = c.req.valid("form");
    const size = sizeOf(form.size);
    const requests = await requestsOf(form, services);
    const signal = AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(LONGEST)]);
    const jobs = await editAll(requests, services, signal);
    const data: { b64_json?: string; url?: string }[] = [];
    for (const { result } of jobs) {
      const id = result!.pictures![0]!;
      const bytes = await finish(await services.pictures.read(id), size, form.output_format ?? "png");
      if (form.response_format !== "url") data.push({ b64_json: Buffer.from(bytes).toString("base64") });
      else data.push({ url: `${new URL(c.req.url).origin}/api/pictures/${await services.pictures.add(bytes)}` });
    }
    return c.json({ created: Math.floor(Date.now() / 1000), data }, 200);
  });
}

async function everyModel({ models, library }: Services) {
  const known = (await models.all()).map(({ identity }) => ({ id: identity.name, name: identity.name, created: 0 }));
  const learned = await Promise.all(
    library.list().map(async ({ id, name, created, model }) => {
      return (await models.of(model)) ? [{ id, name, created: Math.floor(Date.parse(created) / 1000) }] : [];
    }),
  );
  return [...known, ...learned.flat()].map((each) => ({ ...each, object: "model" as const, owned_by: "visii" }));
}

/** One request for every picture and seed. Throws `VisiiError`: `usage`, `input`, `not_found`. */
async function requestsOf(form: ImagesEditForm, services: Services): Promise<EditRequest[]> {
  const files = [form.image ?? [], form["image[]"] ?? []].flat();
  if (files.length === 0) throw new VisiiError("usage", "image: expected the picture to edit.", { param: "image" });
  const { n = 1, seed = 0, strength, steps, prompt } = form;
  const chosen = await chooseModel(form.model, services);
  if (chosen.instruction === undefined && prompt.trim() === "") {
    throw new VisiiError("usage", "prompt: say in words what to change.", { param: "prompt" });
  }
  const words = prompt.trim() === "" ? {} : { words: prompt };
  const settings = {
    ...words,
    ...chosen,
    ...(strength !== undefined && { strength }),
    ...(steps !== undefined && { steps }),
  };
  const requests: EditRequest[] = [];
  for (const file of files) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    await examineImage(bytes);
    const picture = await services.pictures.add(bytes);
    for (let i = 0; i < n; i++) requests.push({ picture, seed: seed + i, ...settings });
  }
  return requests;
}

/** What `model` names: an instruction by its id, a model, or an instruction by its name, the newest first. */
async function chooseModel(named: string | undefined, { library, models }: Services): Promise<Partial<EditRequest>> {
  if (named === undefined) return {};
  if (library.has(named)) return { instruction: named };
  if ((await models.all()).some(({ identity }) => identity.name === named)) return { model: named };
  const found = library.list().find(({ name }) => name === named);
  if (found) return { instruction: found.id };
  throw new VisiiError("not_found", `There is no model and no instruction "${named}"; GET /v1/models lists them.`, {
    param: "model",
  });
}

/** Has all of them done, or none: what fails, or a caller who goes away, ends the others. */
async function editAll(
  requests: readonly EditRequest[],
  services: Services,
  signal: AbortSignal,
): Promise<JobRecord[]> {
  const { jobs } = services;
  const records: JobRecord[] = [];
  try {
    for (const request of requests) records.push(await submitEdit(request, undefined, services));
    for (const record of records) {
      await jobs.finished(record, signal);
      if (record.error) throw errorOf(record.error);
      if (record.status === "cancelled") throw new VisiiError("conflict", "The job was cancelled.");
      if (!isFinal(record))
        throw new VisiiError("aborted", "This took too long, or the server is stopping; ask again.");
    }
    return records;
  } catch (error) {
    for (const { id } of records) await jobs.cancel(id);
    throw error;
  }
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Undefined for a result as large as its picture. Throws `VisiiError("usage")`. */
function sizeOf(size = "auto"): Size | undefined {
  if (size === "auto") return undefined;
  const [width, height] = size.split("x").map(Number) as [number, number];
  if (Math.min(width, height) >= SMALLEST_SIDE && Math.max(width, height) <= LARGEST_SIDE) return { width, height };
  throw new VisiiError("usage", `size: both sides must be ${SMALLEST_SIDE} to ${LARGEST_SIDE} pixels, got ${size}.`, {
    param: "size",
  });
}

/** A result in the size and format that was asked for; as it is, with how it was made inside, where that is enough. */
async function finish(png: Uint8Array, size: Size | undefined, format: "png" | "jpeg" | "webp"): Promise<Uint8Array> {
  if (!size && format === "png") return png;
  const image = await decodeImage(png);
  return encodeImage(size ? cover(image, size.width, size.height) : image, format);
}
