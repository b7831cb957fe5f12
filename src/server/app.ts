import type { HttpBindings } from "@hono/node-server";
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import manifest from "../../package.json" with { type: "json" };
import { VisiiError } from "../errors.ts";
import { failureOf } from "./errors.ts";
import { type GuardOptions, guard, securityHeaders } from "./guard.ts";
import { eventRoutes } from "./routes/events.ts";
import { instructionRoutes } from "./routes/instructions.ts";
import { jobRoutes } from "./routes/jobs.ts";
import { metaRoutes } from "./routes/meta.ts";
import { modelRoutes } from "./routes/models.ts";
import { openAiRoutes } from "./routes/openai.ts";
import { pageRoutes } from "./routes/page.ts";
import { pictureRoutes } from "./routes/pictures.ts";
import type { Services } from "./services.ts";

/** What a body may have, in bytes: files, and everything else. */
const [FILE, REST] = [64 * 2 ** 20, 2 ** 20];
const TAKES_FILES = new Set(["/api/pictures", "/api/instructions", "/v1/images/edits"]);

/** The whole HTTP interface; every answer has the security headers, and every error the one shape. */
export function createApp(
  services: Services,
  options: GuardOptions,
  log: (line: string, error?: unknown) => void,
): OpenAPIHono {
  const app = new OpenAPIHono({
    defaultHook: (result) => {
      if (!result.success) throw invalid(result.error.issues[0]!);
    },
  });
  app.use(async (c, next) => {
    await next();
    const { method, routePath } = c.req;
    services.metrics.requests.inc({ method, route: routePath, status: c.res.status });
    if (isUnread(c)) c.header("connection", "close"); // it is closed then, and the client should not ask again on it
  });
  app.use(securityHeaders);
  app.use(guard(options));
  app.use((c, next) => {
    const maxSize = TAKES_FILES.has(c.req.path) ? FILE : REST;
    const onError = (): never => {
      throw new VisiiError("too_large", `The body is larger than ${maxSize / 2 ** 20} MiB.`);
    };
    return bodyLimit({ maxSize, onError })(c, next);
  });
  app.notFound((c) => {
    const error = new VisiiError(
      "not_found",
      `There is no ${c.req.method} ${c.req.path}; /openapi.json tells what there is.`,
    );
    const { status, body } = failureOf(error);
    return c.json(body, status);
  });
  app.onError((error, c) => {
    const { status, body } = failureOf(error instanceof HTTPException ? asOurs(error) : error);
    if (body.error.code === "internal") log(`${c.req.method} ${c.req.path} failed`, error);
    if (status === 429) c.header("retry-after", "5");
    return c.json(body, status);
  });
  pictureRoutes(app, services);
  instructionRoutes(app, services);
  jobRoutes(app, services);
  eventRoutes(app, services);
  modelRoutes(app, services);
  openAiRoutes(app, services);
  metaRoutes(app, services, manifest.version);
  if (services.page !== undefined) pageRoutes(app, services.page);
  return app;
}

/** Whether a request was answered before its body was read. */
function isUnread(c: Context): boolean {
  const { incoming } = c.env as Partial<HttpBindings>;
  const hasBody = (c.req.header("content-length") ?? "0") !== "0" || c.req.header("transfer-encoding") !== undefined;
  return hasBody && incoming !== undefined && !incoming.readableEnded;
}

/** What a schema says of a request, as one sentence. */
function invalid({ path, message }: { readonly path: readonly PropertyKey[]; readonly message: string }): VisiiError {
  const where = path.map(String).join(".");
  const sentence = message.replace(/\.$/, "");
  return new VisiiError("usage", `${where ? `${where}: ` : "The request does not fit: "}${sentence}.`, {
    param: where,
  });
}

/** Hono's own refusals: a body that is no JSON, or no form. */
function asOurs(error: HTTPException): unknown {
  if (error.status >= 500) return error;
  return new VisiiError("usage", `${(error.message || "This request cannot be read").replace(/\.$/, "")}.`);
}
