import type { ContentfulStatusCode } from "hono/utils/http-status";
import { type ErrorCode, isVisiiError, VisiiError } from "../errors.ts";
import type { Failure } from "./schemas.ts";

const STATUS: Readonly<Record<ErrorCode, ContentfulStatusCode>> = {
  usage: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unsupported: 415,
  input: 422,
  instruction: 422,
  model: 422,
  busy: 429,
  graph: 500,
  runtime: 500,
  io: 500,
  network: 500,
  aborted: 503,
};

/** What clients of OpenAI's look for. */
const TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  429: "rate_limit_error",
};

/** An error as an answer: its status, and a body that tells no more than the sentence. */
export function failureOf(error: unknown): { readonly status: ContentfulStatusCode; readonly body: Failure } {
  const known = isVisiiError(error)
    ? error
    : {
        code: "internal" as const,
        message: "Something went wrong inside visii; the server's own output says more.",
        data: {},
      };
  const status = known.code === "internal" ? 500 : STATUS[known.code];
  const type = TYPES[status] ?? (status < 500 ? "invalid_request_error" : "server_error");
  const { param } = known.data as { param?: unknown };
  const body = {
    error: { code: known.code, message: known.message, type, param: typeof param === "string" ? param : null },
  };
  return { status, body };
}

/** There is nothing of that kind by that id. */
export function notFound(what: string, id: string): VisiiError {
  return new VisiiError("not_found", `There is no ${what} ${id}.`, { id });
}

/** What a job failed with, as it was thrown. */
export function errorOf({ code, message }: { readonly code: string; readonly message: string }): Error {
  return code in STATUS ? new VisiiError(code as ErrorCode, message) : new Error(message);
}
