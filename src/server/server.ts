import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { VisiiError } from "../errors.ts";
import type { Place } from "../workers/protocol.ts";
import { WorkThread } from "../workers/thread.ts";
import { createApp } from "./app.ts";
import { Feed } from "./feed.ts";
import { isLoopback } from "./guard.ts";
import { Jobs } from "./jobs/jobs.ts";
import { isFinal, picturesOf } from "./jobs/record.ts";
import { Metrics } from "./metrics.ts";
import { ModelShelf } from "./models.ts";
import { openHome } from "./store/home.ts";
import { JobFiles } from "./store/jobs.ts";
import { Library } from "./store/library.ts";
import { Pictures } from "./store/pictures.ts";

/** How long a request may take to arrive, its headers and all of it, in milliseconds. */
const [HEADERS_TIMEOUT, REQUEST_TIMEOUT] = [15_000, 120_000];
/** How long answers under way may take when the server stops, in milliseconds. */
const LAST_ANSWERS = 2000;
/** How long a connection may be idle, in milliseconds: longer than clients keep theirs, so that none asks on one that is just being closed. */
const KEPT_ALIVE = 65_000;
const MOST_CONNECTIONS = 256;

export interface ServerOptions {
  /** The data folder. */
  readonly home: string;
  /** The address to listen on; any but a loopback one needs a token. @default "127.0.0.1" */
  readonly host?: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly token?: string;
  /** The folder of the page. */
  readonly page?: string;
  /** The model of those who name none. @default "tiny" */
  readonly model?: string;
  /** How models are loaded. */
  readonly place?: Place;
  /** Told what is worth a line, with the error behind it. */
  readonly log?: (line: string, error?: unknown) => void;
}

/** A server that listens. */
export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  /** Jobs that have not ended. */
  unfinished(): number;
  /** Answers nobody any more, keeps the state of what runs, and ends. */
  close(): Promise<void>;
}

/**
 * Starts the HTTP server over a data folder, and goes on with the jobs in it. Throws `VisiiError`: `usage` for an address without a token, `conflict`
 * for a data folder or a port that is in use, `io`.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { home: folder, host = "127.0.0.1", port, token, page, model = "tiny", place = {}, log = () => {} } = options;
  if (!isLoopback(host) && token === undefined) {
    throw new VisiiError("usage", `Listening on ${host}, where others can ask, needs a token.`, { host });
  }
  const home = await openHome(folder);
  const learner = new WorkThread(place);
  const editor = new WorkThread(place);
  const release = async () => {
    await learner[Symbol.asyncDispose]();
    await editor[Symbol.asyncDispose]();
    await home[Symbol.asyncDispose]();
  };
  const feed = new Feed();
  const pictures = new Pictures(home.pictures);
  const library = await Library.open(home, pictures, () => feed.libraryChanged());
  const models = new ModelShelf((task) => editor.call("describe", task), model);
  const metrics: Metrics = new Metrics({
    waiting: (kind) => jobs.waiting(kind),
    running: (kind) => jobs.running(kind),
    listening: () => feed.listening,
  });
  const files = new JobFiles(home.jobs);
  const workplace = { pictures, library, files, learner, editor, onModel: models.loaded.bind(models) };
  const jobs: Jobs = new Jobs(workplace, feed, log, ({ kind, status, result }) => {
    metrics.jobs.inc({ kind, status });
    if (result) metrics.jobSeconds.observe({ kind }, result.seconds);
  });
  const services = { pictures, library, jobs, models, feed, metrics, page };
  const app = createApp(services, { host, token }, log);
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: { headersTimeout: HEADERS_TIMEOUT, requestTimeout: REQUEST_TIMEOUT },
  }) as Server;
  server.maxConnections = MOST_CONNECTIONS;
  server.keepAliveTimeout = KEPT_ALIVE;
  try {
    await jobs.load();
    const named = jobs.list(() => true, Number.POSITIVE_INFINITY).flatMap(picturesOf);
    await pictures.clean(new Set([...named, ...(await library.pictures())]));
    await listen(server, host, port);
  } catch (error) {
    await release();
    throw error;
  }
  jobs.resume();
  void models.all(); // so that the first caller need not wait for a thread to start
  let closing: Promise<void> | undefined;
  const close = async () => {
    const ended = new Promise((done) => server.close(done));
    await jobs.stop();
    feed.close();
    server.closeIdleConnections();
    const timer = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS);
    await ended;
    clearTimeout(timer);
    await release();
  };
  const stop = () => {
    closing ??= close();
    return closing;
  };
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`,
    unfinished: () => jobs.list((job) => !isFinal(job), Number.POSITIVE_INFINITY).length,
    close: stop,
    [Symbol.asyncDispose]: stop,
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why: Record<string, string> = {
        EADDRINUSE: "another program uses it; name another port with --port",
        EACCES: "that is not permitted; name a port above 1023 with --port",
        EADDRNOTAVAIL: "this machine has no such address",
        ENOTFOUND: "there is no such address",
      };
      const message = `Cannot listen on ${host}:${port}: ${why[cause.code ?? ""] ?? cause.message}.`;
      fail(new VisiiError("conflict", message, { host, port }, { cause }));
    });
    server.listen(port, host, done);
  });
}
