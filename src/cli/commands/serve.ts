import { randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { isVisiiError, VisiiError } from "../../errors.ts";
import { writeFileAtomic } from "../../files/atomic.ts";
import { dataHome } from "../../files/home.ts";
import { isLoopback } from "../../server/guard.ts";
import { type RunningServer, startServer } from "../../server/server.ts";
import { pageFolder } from "../../studio/node-build.ts";
import { type Context, DEVICE, defineCommand } from "../command.ts";
import type { Options } from "../options.ts";
import { misuse, type Values } from "../options.ts";
import { deviceOptions, given } from "../settings.ts";

/** Where the server is, if nobody says otherwise. */
const PORT = 4747;
/** Characters that a token has at least. */
const TOKEN_LENGTH = 16;

/** Options of the commands that start a server. */
export const SERVE = {
  host: {
    type: "text",
    hint: "ADDRESS",
    help: "address to listen on; any but this machine's own needs a token (default 127.0.0.1)",
  },
  port: { type: "number", help: `port, 0 for any that is free (default ${PORT})` },
  token: {
    type: "text",
    hint: "TOKEN",
    help: "what callers have to show (default: none on 127.0.0.1, else one is made)",
  },
  model: { type: "text", hint: "NAME", help: "the model of requests that name none (default tiny)" },
  ...DEVICE,
} as const satisfies Options;

/** What the commands that serve do differently. */
export interface Serving {
  /** The folder of the page. */
  readonly page: string | undefined;
  /** Whether another port will do where the usual one is in use. */
  readonly anyPort?: boolean;
  /** Told the address that a browser opens. */
  readonly ready: (address: string) => void;
}

/** Serves until the signal fires, which throws `VisiiError("aborted")`: that is how these commands end. */
export async function serve(
  values: Values<typeof SERVE>,
  { page, anyPort = false, ready }: Serving,
  { report, signal }: Context,
): Promise<never> {
  const { host = "127.0.0.1", port = PORT, model } = values;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw misuse(`--port must be a whole number from 0 to 65535, got ${port}.`);
  }
  const token = tokenFor(host, values.token);
  const log = (line: string, error?: unknown) => {
    const trace = error instanceof Error ? `: ${report.mode.debug ? error.stack : error.message}` : "";
    report.notice(`${line}${trace}`);
  };
  const options = { home: dataHome(), host, place: deviceOptions(values), log, ...given({ token, page, model }) };
  const server = await startServer({ ...options, port }).catch((error) => {
    if (anyPort && values.port === undefined && isVisiiError(error) && error.data.port === port) {
      return startServer({ ...options, port: 0 });
    }
    throw error;
  });
  const note = join(options.home, "server.json");
  await writeFileAtomic(note, JSON.stringify({ url: server.url }));
  report.event("listening", { url: server.url, ...(token !== undefined && { token }) });
  ready(token === undefined ? server.url : `${server.url}/?token=${token}`);
  await stopped(signal);
  await rm(note, { force: true });
  return end(server);
}

/** What callers have to show. Throws `VisiiError("usage")` for one that is easy to guess. */
function tokenFor(host: string, chosen: string | undefined): string | undefined {
  if (chosen === undefined) return isLoopback(host) ? undefined : randomBytes(24).toString("base64url");
  if (/^[\w.~-]+$/.test(chosen) && chosen.length >= TOKEN_LENGTH) return chosen;
  throw misuse(
    `--token must have at least ${TOKEN_LENGTH} characters, of letters, digits and -._~, so that nobody guesses it.`,
  );
}

/** The address of the server that has the data folder, if it answers. */
export async function runningServer(home = dataHome()): Promise<string | undefined> {
  try {
    const { url } = JSON.parse(await readFile(join(home, "server.json"), "utf8")) as { url: string };
    const { ok } = await fetch(url, { signal: AbortSignal.timeout(3000) });
    return ok ? url : undefined;
  } catch {
    return undefined;
  }
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener("abort", () => done(), { once: true });
  });
}

/** Ends it in good order. */
async function end(server: RunningServer): Promise<never> {
  await server.close();
  const left = server.unfinished();
  const what = left === 0 ? "" : ` ${left === 1 ? "One job goes" : `${left} jobs go`} on when it is started again.`;
  throw new VisiiError("aborted", `The server has stopped.${what}`, { unfinished: left });
}

export const serveCommand = defineCommand({
  name: "serve",
  summary: "Serves learning and editing over HTTP, on this machine; /openapi.json describes it.",
  usage: ["[--port N]", "--host ADDRESS [--token TOKEN]"],
  options: {
    ...SERVE,
    page: { type: "text", hint: "FOLDER", help: "the page at /, or none (default: the studio's)" },
  },

  async run({ values, positionals }, context) {
    if (positionals.length > 0) throw misuse("visii serve takes options only.");
    const ready = (address: string) => context.report.note(`Listening at ${address}; Ctrl-C ends it.`);
    const page = values.page === "none" ? undefined : (values.page ?? (await pageFolder()));
    await serve(values, { page, ready }, context);
  },
});
