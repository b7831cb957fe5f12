import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { encodeImage, type Image } from "../../src/index.ts";
import type { EditRequest, Failure, Instruction, Job, LearnRequest, Picture } from "../../src/server/schemas.ts";
import { type ServerOptions, startServer } from "../../src/server/server.ts";

const BIN = fileURLToPath(new URL("../../bin/visii.js", import.meta.url));

/** A folder of the test file's own, removed at its end. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "visii-server-"));
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** A server in this process, over a data folder of its own; ended with the test file. */
export async function startHere(
  options: Partial<ServerOptions> = {},
): Promise<Client & { readonly home: string; readonly log: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), "visii-server-"));
  const home = join(folder, "home");
  const log: string[] = [];
  const server = await startServer({ port: 0, home, log: (line, error) => log.push(`${line}: ${error}`), ...options });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return Object.assign(new Client(server.url), { home, log });
}

/** A small picture of one colour, as a PNG. */
export function picture(red: number, side = 32): Promise<Uint8Array> {
  const image: Image = {
    width: side,
    height: side,
    data: new Uint8Array(3 * side * side).map((_, i) => (i % 3 === 0 ? red : (i * 7) % 256)),
  };
  return encodeImage(image, "png");
}

export function galleryPicture(name: string, which: "before" | "after"): Uint8Array {
  return readFileSync(new URL(`../../gallery/${name}/${which}.png`, import.meta.url));
}

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface ServerEvent {
  readonly event: string;
  readonly id: number;
  readonly job: Job | undefined;
}

/** Asks a server, as a program would. */
export class Client {
  constructor(readonly url: string) {}

  async ask<T = Failure>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const isFile = body instanceof Uint8Array;
    const type = body === undefined ? {} : { "content-type": isFile ? "application/octet-stream" : "application/json" };
    const response = await fetch(this.url + path, {
      method,
      headers: { ...type, ...headers },
      ...(body !== undefined && { body: isFile ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T };
  }

  /** The answer's body, which has to come with that status. */
  async get<T>(path: string, expected = 200): Promise<T> {
    const { status, body } = await this.ask<T>("GET", path);
    assert.equal(status, expected, JSON.stringify(body));
    return body;
  }

  async post<T>(path: string, body?: unknown, expected = 200, headers: Record<string, string> = {}): Promise<T> {
    const answer = await this.ask<T>("POST", path, body, headers);
    assert.equal(answer.status, expected, JSON.stringify(answer.body));
    return answer.body;
  }

  async upload(bytes: Uint8Array): Promise<string> {
    return (await this.post<Picture>("/api/pictures", bytes, 201)).id;
  }

  learn(request: LearnRequest, headers?: Record<string, string>): Promise<Job> {
    return this.post<Job>("/api/learn", request, 202, headers);
  }

  edit(request: EditRequest, headers?: Record<string, string>): Promise<Job> {
    return this.post<Job>("/api/edits", request, 202, headers);
  }

  job(id: string): Promise<Job> {
    return this.get<Job>(`/api/jobs/${id}`);
  }

  async instructions(): Promise<Instruction[]> {
    return (await this.get<{ instructions: Instruction[] }>("/api/instructions")).instructions;
  }

  async file(id: string): Promise<Uint8Array> {
    const response = await fetch(`${this.url}/api/pictures/${id}`);
    assert.equal(response.status, 200);
    return new Uint8Array(await response.arrayBuffer());
  }

  /** Server-sent events, until the stream ends or the caller has enough. */
  async *events(path: string, lastEventId?: string): AsyncGenerator<ServerEvent> {
    const abort = new AbortController();
    try {
      const headers = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
      const response = await fetch(this.url + path, { headers, signal: abort.signal });
      assert.equal(response.status, 200);
      let text = "";
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        const parts = text.split("\n\n");
        text = parts.pop()!;
        for (const part of parts) {
          const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(part)?.[1];
          const event = field("event");
          if (event === undefined) continue;
          const job = event === "job" ? (JSON.parse(field("data")!) as Job) : undefined;
          yield { event, id: Number(field("id")), job };
        }
      }
    } finally {
      abort.abort();
    }
  }

  /** Waits for a job by its events; returns its last state. */
  async finished(id: string): Promise<Job> {
    for await (const { job } of this.events(`/api/jobs/${id}/events`)) {
      if (job && isFinal(job)) return job;
    }
    throw new Error(`the events of ${id} ended before the job did`);
  }
}

export function isFinal({ status }: Job): boolean {
  return status === "done" || status === "failed" || status === "cancelled";
}

/** A server as a process of its own, the real program. */
export interface ServerProcess {
  readonly client: Client;
  readonly child: ChildProcess;
  /** All that stderr has had, and all notices. */
  errors(): string;
  /** The exit code, or the signal's name. */
  readonly ended: Promise<number | string | null>;
}

export async function startProcess(home: string, args: readonly string[] = [], cwd?: string): Promise<ServerProcess> {
  const child = spawn(process.execPath, [BIN, "serve", "--port", "0", "--page", "none", "--json", ...args], {
    env: { ...process.env, VISII_HOME: home, ...(cwd !== undefined && { TMPDIR: cwd }) },
    ...(cwd !== undefined && { cwd }),
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const ended = new Promise<number | string | null>((done) => {
    child.on("close", (code, signal) => done(code ?? signal));
  });
  after(async () => {
    child.kill("SIGKILL"); // a test that failed has left it
    await ended;
  });
  const url = await new Promise<string>((done, fail) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (text.includes('"event":"notice"')) errors += text;
      const line = /^\{"event":"listening".*\}$/m.exec(text)?.[0];
      if (line) done((JSON.parse(line) as { url: string }).url);
    });
    child.on("close", (code) => fail(new Error(`the server ended with ${code}: ${errors}`)));
  });
  return { client: new Client(url), child, errors: () => errors, ended };
}
