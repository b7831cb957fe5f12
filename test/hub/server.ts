import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** Files larger than this are LFS objects here, as .safetensors are on the hub. */
const LARGE = 16_384;

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** What may go wrong with one answer. `cut`: the connection breaks after so many bytes; `hang`: nothing more comes after them. */
export type Fault =
  | { readonly status: number; readonly code?: string }
  | { readonly cut: number }
  | { readonly hang: number }
  | { readonly flip: number }
  | { readonly ignoreRange: true };

/** A model as the hub has it: its files by their paths. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A hub on this machine, and the other server that it keeps large files on: they speak the hub's protocol over HTTP. */
export class LoopbackHub {
  /** Every request, the storage's too. */
  readonly seen: Seen[] = [];
  /** Called for every request: what is to go wrong with it. */
  fault: (request: Seen) => Fault | undefined = () => undefined;
  endpoint = "";

  readonly #models = new Map<string, { commit: string; files: Map<string, Buffer> }>();
  readonly #objects = new Map<string, Buffer>();
  readonly #servers: Server[] = [];
  #storage = "";

  static async start(): Promise<LoopbackHub> {
    const hub = new LoopbackHub();
    hub.#storage = await hub.#listen((request, response) => hub.#store(request, response));
    hub.endpoint = await hub.#listen((request, response) => hub.#answer(request, response));
    return hub;
  }

  /** Puts a model there; returns its commit. */
  publish(name: string, files: Files): string {
    const contents = new Map(Object.entries(files).map(([path, content]) => [path, Buffer.from(content)]));
    const commit = digest("sha1", ...[...contents].flat());
    for (const bytes of contents.values()) this.#objects.set(digest("sha256", bytes), bytes);
    this.#models.set(name, { commit, files: contents });
    return commit;
  }

  /** Requests for the contents of files, which is what a second attempt should not repeat. */
  get fetches(): Seen[] {
    return this.seen.filter(({ path }) => path.startsWith("/objects/") || path.includes("/resolve/"));
  }

  async close(): Promise<void> {
    for (const server of this.#servers) server.closeAllConnections();
    await Promise.all(this.#servers.map((server) => new Promise((done) => server.close(done))));
  }

  #listen(answer: (request: IncomingMessage, response: ServerResponse) => ServerResponse): Promise<string> {
    const server = createServer((request, response) => answer(request, response));
    this.#servers.push(server);
    return new Promise((done) => {
      server.listen(0, "127.0.0.1", () => done(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
    });
  }

  /** Notes the request; where it is to fail at once, it does. */
  #begin(
    { method = "", url = "", headers }: IncomingMessage,
    response: ServerResponse,
  ): Fault | "answered" | undefined {
    const path = decodeURIComponent(new URL(url, "http://hub").pathname);
    const seen = { method, path, range: headers.range, authorization: headers.authorization };
    this.seen.push(seen);
    const fault = this.fault(seen);
    if (!fault || !("status" in fault)) return fault;
    response.writeHead(fault.status, fault.code ? { "X-Error-Code": fault.code } : {});
    response.end(JSON.stringify({ error: "as the test wants it" }));
    return "answered";
  }

  #answer(request: IncomingMessage, response: ServerResponse): ServerResponse {
    const fault = this.#begin(request, response);
    if (fault === "answered") return response;
    const url = new URL(request.url ?? "", this.endpoint);
    const api = /^\/api\/models\/([^/]+\/[^/]+)\/(revision|tree)\/([^/]+)$/.exec(url.pathname);
    const file = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(url.pathname);
    const [, name = "", ...rest] = api ?? file ?? [];
    const model = this.#models.get(name);
    if (!model) return refuse(response, 401, "RepoNotFound");
    const revision = decodeURIComponent(api ? rest[1]! : rest[0]!);
    if (!["main", "refs/pr/1", model.commit].includes(revision)) return refuse(response, 404, "RevisionNotFound");
    if (file) return this.#resolve(response, request, model, rest[1]!, fault);
    if (rest[0] === "revision") return json(response, { _id: "0", id: name, sha: model.commit, gated: false });
    return this.#tree(response, url, model.files);
  }

  /** Two pages, as the hub divides what is long. */
  #tree(response: ServerResponse, url: URL, files: ReadonlyMap<string, Buffer>): ServerResponse {
    const entries = [...files].map(([path, bytes]) => {
      const entry = { type: "file", path, size: bytes.length };
      if (bytes.length <= LARGE) return { ...entry, oid: blobHash(bytes) };
      const oid = digest("sha256", bytes);
      const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${bytes.length}\n`;
      const lfs = { oid, size: bytes.length, pointerSize: pointer.length };
      return { ...entry, oid: blobHash(Buffer.from(pointer)), lfs };
    });
    const folders = [
      ...new Set([...files.keys()].filter((path) => path.includes("/")).map((path) => path.split("/")[0])),
    ];
    const all = [
      ...folders.map((path) => ({ type: "directory", path, size: 0, oid: blobHash(Buffer.from("")) })),
      ...entries,
    ];
    const half = Math.ceil(all.length / 2);
    const second = url.searchParams.has("cursor");
    const next = `${this.endpoint}${url.pathname}?recursive=true&cursor=2`;
    return json(
      response,
      second ? all.slice(half) : all.slice(0, half),
      second ? {} : { Link: `<${next}>; rel="next"` },
    );
  }

  #resolve(
    response: ServerResponse,
    request: IncomingMessage,
    model: { commit: string; files: ReadonlyMap<string, Buffer> },
    path: string,
    fault: Fault | undefined,
  ): ServerResponse {
    const bytes = model.files.get(path);
    if (!bytes) return refuse(response, 404, "EntryNotFound");
    const commit = { "X-Repo-Commit": model.commit };
    if (bytes.length <= LARGE)
      return send(request, response, bytes, { ...commit, ETag: `"${blobHash(bytes)}"` }, fault);
    const oid = digest("sha256", bytes);
    const linked = { "X-Linked-Etag": `"${oid}"`, "X-Linked-Size": String(bytes.length) };
    response.writeHead(302, { ...commit, ...linked, Location: `${this.#storage}/objects/${oid}` });
    return response.end();
  }

  #store(request: IncomingMessage, response: ServerResponse): ServerResponse {
    const fault = this.#begin(request, response);
    if (fault === "answered") return response;
    const bytes = this.#objects.get((request.url ?? "").slice("/objects/".length));
    if (!bytes) return refuse(response, 404);
    return send(request, response, bytes, { ETag: '"of-the-storage"' }, fault);
  }
}

/** The files of a folder, as `publish` takes them. */
export function filesOf(folder: string): Record<string, Uint8Array> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    paths.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length + 1).replaceAll("\\", "/"), readFileSync(path)];
    }),
  );
}

/** What git calls a file with these bytes. */
export function blobHash(bytes: Uint8Array): string {
  return digest("sha1", `blob ${bytes.length}\0`, bytes);
}

export function digest(algorithm: "sha1" | "sha256", ...parts: (string | Uint8Array)[]): string {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

function refuse(response: ServerResponse, status: number, code?: string): ServerResponse {
  response.writeHead(status, code ? { "X-Error-Code": code } : {});
  return response.end(JSON.stringify({ error: code ?? "no" }));
}

function json(response: ServerResponse, value: unknown, headers: Record<string, string> = {}): ServerResponse {
  response.writeHead(200, { "Content-Type": "application/json", ...headers });
  return response.end(JSON.stringify(value));
}

function send(
  { headers: { range } }: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer,
  headers: Record<string, string>,
  fault: Fault | undefined,
): ServerResponse {
  const from = fault && "ignoreRange" in fault ? 0 : Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
  const body = Buffer.from(bytes.subarray(from));
  if (fault && "flip" in fault) body[fault.flip]! ^= 1;
  const part = from > 0 ? { "Content-Range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {};
  response.writeHead(from > 0 ? 206 : 200, { ...headers, ...part, "Content-Length": String(body.length) });
  if (fault && "cut" in fault) response.write(body.subarray(0, fault.cut), () => response.destroy());
  else if (fault && "hang" in fault) response.write(body.subarray(0, fault.hang));
  else response.end(body);
  return response;
}
