import type { z } from "@hono/zod-openapi";
import { Failure } from "../schemas.ts";

/** Parts of route descriptions that come again and again. */

export function json<T extends z.ZodType>(schema: T, description: string) {
  return { content: { "application/json": { schema } }, description };
}

export function body<T extends z.ZodType>(schema: T) {
  return { content: { "application/json": { schema } }, required: true } as const;
}

/** A file as the body, by its media type. */
export function file(type: string, description: string) {
  return { content: { [type]: { schema: { type: "string", format: "binary" } as const } }, description };
}

export const failed = { "4XX": json(Failure, "What was wrong, in one sentence") };
