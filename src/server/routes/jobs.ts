import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { VisiiError } from "../../errors.ts";
import { notFound } from "../errors.ts";
import { EditRequest, IdempotencyKey, IdParam, Job, JobQuery, LearnRequest } from "../schemas.ts";
import type { Services } from "../services.ts";
import { body, failed, json } from "./describe.ts";

const tags = ["jobs"];
const accepted = { 202: json(Job, "The job, which is kept over restarts from now on"), ...failed };

export function jobRoutes(app: OpenAPIHono, services: Services): void {
  const { jobs } = services;

  const learn = createRoute({
    method: "post",
    path: "/api/learn",
    tags,
    summary: "Learn an edit from pictures before and after",
    request: { headers: IdempotencyKey, body: body(LearnRequest) },
    responses: accepted,
  });
  app.openapi(learn, async (c) => {
    const { "idempotency-key": key } = c.req.valid("header");
    return c.json(jobs.toJob(await submitLearning(c.req.valid("json"), key, services)), 202);
  });

  const edit = createRoute({
    method: "post",
    path: "/api/edits",
    tags,
    summary: "Edit a picture by a learned instruction, by words, or by both",
    request: { headers: IdempotencyKey, body: body(EditRequest) },
    responses: accepted,
  });
  app.openapi(edit, async (c) => {
    const { "idempotency-key": key } = c.req.valid("header");
    return c.json(jobs.toJob(await submitEdit(c.req.valid("json"), key, services)), 202);
  });

  const list = createRoute({
    method: "get",
    path: "/api/jobs",
    tags,
    summary: "Jobs, newest first",
    request: { query: JobQuery },
    responses: { 200: json(z.object({ jobs: z.array(Job) }), "Jobs"), ...failed },
  });
  app.openapi(list, (c) => {
    const { kind, status, limit } = c.req.valid("query");
    const wanted = jobs.list((job) => (!kind || job.kind === kind) && (!status || job.status === status), limit);
    return c.json({ jobs: wanted.map((record) => jobs.toJob(record)) }, 200);
  });

  const one = { 200: json(Job, "The job"), ...failed };
  const get = createRoute({
    method: "get",
    path: "/api/jobs/{id}",
    tags,
    summary: "One job",
    request: { params: IdParam },
    responses: one,
  });
  app.openapi(get, (c) => c.json(jobs.toJob(jobs.get(c.req.valid("param").id)), 200));

  const cancel = createRoute({
    method: "post",
    path: "/api/jobs/{id}/cancel",
    tags,
    summary: "End a job; a learning keeps its best checkpoint as an instruction",
    request: { params: IdParam },
    responses: one,
  });
  app.openapi(cancel, async (c) => c.json(jobs.toJob(await jobs.cancel(c.req.valid("param").id)), 200));

  const remove = createRoute({
    method: "delete",
    path: "/api/jobs/{id}",
    tags,
    summary: "Forget a finished job; its pictures and instruction stay",
    request: { params: IdParam },
    responses: { 204: { description: "Forgotten" }, ...failed },
  });
  app.openapi(remove, async (c) => {
    await jobs.remove(c.req.valid("param").id);
    return c.body(null, 204);
  });
}

async function submitLearning(request: LearnRequest, key: string | undefined, { jobs, models, pictures }: Services) {
  for (const { before, after } of request.pairs) {
    for (const id of [before, after]) if (!pictures.has(id)) throw notFound("picture", id);
  }
  const { load } = await models.find(request.model);
  return jobs.submit({ kind: "learn", request, model: load, key });
}

/** Accepts an edit. Throws `VisiiError`: `not_found`, `model`, `instruction`, `usage`, and what {@link Jobs.submit} throws. */
export async function submitEdit(request: EditRequest, key: string | undefined, services: Services) {
  const { jobs, models, pictures, library } = services;
  if (!pictures.has(request.picture)) throw notFound("picture", request.picture);
  if (request.instruction === undefined) {
    if (!request.words?.trim())
      throw new VisiiError("usage", "Name an instruction, or say in words what to change.", { param: "words" });
    const { load } = await models.find(request.model);
    return jobs.submit({ kind: "edit", request, model: load, key });
  }
  const { name, model } = library.get(request.instruction);
  const learned = await models.of(model);
  if (!learned) {
    const theirs = [model.name, model.version].filter(Boolean).join(" ");
    throw new VisiiError("instruction", `${name} was learned with the model ${theirs}, which is not on this machine.`);
  }
  if (request.model !== undefined && (await models.find(request.model)).load !== learned.load) {
    throw new VisiiError(
      "instruction",
      `${name} was learned with the model ${learned.identity.name}, not with ${request.model}.`,
    );
  }
  return jobs.submit({ kind: "edit", request, model: learned.load, key });
}
