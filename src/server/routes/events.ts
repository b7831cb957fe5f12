import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import { VisiiError } from "../../errors.ts";
import type { Change, Listener } from "../feed.ts";
import { isFinal } from "../jobs/record.ts";
import { IdParam } from "../schemas.ts";
import type { Services } from "../services.ts";
import { failed } from "./describe.ts";

/** Streams that may be open at a time. */
const MOST_STREAMS = 64;
/** A sign of life after so long a silence; and what passes at least between two states of a job. In milliseconds. */
const [HEARTBEAT, PAUSE] = [15_000, 200];

const tags = ["events"];
const headers = z.object({ "last-event-id": z.string().max(40).optional() });
const responses = {
  200: {
    content: { "text/event-stream": { schema: { type: "string" } as const } },
    description: "`event: job` with the whole job as data; `event: library` when instructions have changed",
  },
  204: { description: "This client has seen the job's end" },
  ...failed,
};

export function eventRoutes(app: OpenAPIHono, { feed, jobs }: Services): void {
  const check = () => {
    if (feed.listening >= MOST_STREAMS)
      throw new VisiiError("busy", `${MOST_STREAMS} streams of events are open already; close some.`);
  };
  const dataOf = ({ job }: Change): { event: string; data: string } | undefined => {
    if (job === undefined) return { event: "library", data: "{}" };
    const record = jobs.find(job);
    return record && { event: "job", data: JSON.stringify(jobs.toJob(record)) };
  };
  // Without a body to write to, nobody would ever see that the client has gone.
  const isHead = (c: Context) => c.req.method === "HEAD";
  const send = (c: Context, listener: Listener, isLast: (change: Change) => boolean) => {
    c.header("x-accel-buffering", "no");
    return streamSSE(c, async (stream) => {
      stream.onAbort(() => listener.close());
      await tell(stream, listener, dataOf, isLast);
      listener.close();
    });
  };

  const all = createRoute({
    method: "get",
    path: "/api/events",
    tags,
    summary: "Everything that changes, as server-sent events; Last-Event-ID goes on where a connection was lost",
    request: { headers },
    responses,
  });
  app.openapi(all, (c) => {
    if (isHead(c)) return c.body(null, 204);
    check();
    const seen = lastSeen(c.req.valid("header")["last-event-id"]);
    const listener = feed.listen(seen === undefined ? {} : { after: seen });
    // Whoever is new is told what is going on.
    if (seen === undefined)
      for (const { id } of jobs.list((job) => !isFinal(job), Number.POSITIVE_INFINITY))
        listener.tell(id, feed.version(id));
    return send(c, listener, () => false);
  });

  const one = createRoute({
    method: "get",
    path: "/api/jobs/{id}/events",
    tags,
    summary: "What becomes of one job; ends after its last state",
    request: { params: IdParam, headers },
    responses,
  });
  app.openapi(one, (c) => {
    const record = jobs.get(c.req.valid("param").id);
    if (isHead(c)) return c.body(null, 204);
    check();
    const seen = lastSeen(c.req.valid("header")["last-event-id"]) ?? -1;
    if (isFinal(record) && seen >= feed.version(record.id)) return c.body(null, 204);
    const listener = feed.listen({ job: record.id, after: seen });
    return send(c, listener, () => isFinal(record));
  });
}

function lastSeen(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,16}$/.test(header) ? Number(header) : undefined;
}

/** Writes changes until the listener is closed or the last one is told; a slow reader is told less often. */
async function tell(
  stream: SSEStreamingApi,
  listener: Listener,
  dataOf: (change: Change) => { event: string; data: string } | undefined,
  isLast: (change: Change) => boolean,
): Promise<void> {
  await stream.write(": visii\n\n");
  for (let changes = await listener.next(HEARTBEAT); changes; changes = await listener.next(HEARTBEAT)) {
    if (changes.length === 0) await stream.write(": still here\n\n");
    for (const change of changes) {
      const last = isLast(change);
      const told = dataOf(change);
      if (told) await stream.writeSSE({ ...told, id: String(change.version) });
      if (last) return;
    }
    await stream.sleep(PAUSE);
  }
}
