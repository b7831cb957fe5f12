import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Services } from "../services.ts";
import { json } from "./describe.ts";

const Health = z
  .object({
    status: z.literal("ok"),
    version: z.string(),
    queue: z.object({ learn: z.int(), edit: z.int() }).openapi({ description: "Jobs that wait or run" }),
  })
  .openapi("Health");

export function metaRoutes(app: OpenAPIHono, { jobs, metrics }: Services, version: string): void {
  const health = createRoute({
    method: "get",
    path: "/health",
    tags: ["server"],
    summary: "Whether the server answers",
    responses: { 200: json(Health, "It does") },
  });
  app.openapi(health, (c) => {
    const busy = (kind: "learn" | "edit") => jobs.waiting(kind) + jobs.running(kind);
    return c.json({ status: "ok" as const, version, queue: { learn: busy("learn"), edit: busy("edit") } }, 200);
  });

  const numbers = createRoute({
    method: "get",
    path: "/metrics",
    tags: ["server"],
    summary: "Numbers for Prometheus",
    responses: { 200: { content: { "text/plain": { schema: z.string() } }, description: "Numbers" } },
  });
  app.openapi(numbers, async (c) => {
    const { registry } = metrics;
    return c.text(await registry.metrics(), 200, { "content-type": registry.contentType });
  });

  let description: ReturnType<typeof app.getOpenAPI31Document> | undefined;
  app.get("/openapi.json", (c) => {
    const info = {
      title: "visii",
      version,
      description: "Learn an edit from pictures before and after, and apply it to others.",
    };
    description ??= app.getOpenAPI31Document({ openapi: "3.1.0", info });
    return c.json(description);
  });
}
