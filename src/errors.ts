/**
 * What went wrong, for programs: `usage` (called wrongly), `input` (a picture or file of the user's), `model` (a model folder or its
 * weights), `instruction` (an instruction file), `graph` (shapes or types that don't fit), `runtime` (the session), `io` (reading or
 * writing), `network` (fetching from the hub), `aborted` (the caller's signal). The server has a few more: `not_found`, `conflict` (with what is there),
 * `too_large`, `unsupported` (a kind of body or option), `busy` (its queue is full), `unauthorized` (a token is missing), `forbidden` (asked from elsewhere).
 */
export type ErrorCode =
  | "usage"
  | "input"
  | "model"
  | "instruction"
  | "graph"
  | "runtime"
  | "io"
  | "network"
  | "aborted"
  | "not_found"
  | "conflict"
  | "too_large"
  | "unsupported"
  | "busy"
  | "unauthorized"
  | "forbidden";

/**
 * The one family of errors that this library throws on purpose. `message` is one sentence for people: what is wrong, where, and what to
 * do; `data` carries the same facts for programs.
 */
export class VisiiError extends Error {
  override readonly name = "VisiiError";

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly data: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Whether `error` is one of ours, with the given code if one is named. */
export function isVisiiError(error: unknown, code?: ErrorCode): error is VisiiError {
  return error instanceof VisiiError && (code === undefined || error.code === code);
}
