/** visii's HTTP interface, as the page calls it. */
import type { EditRequest, Instruction, Job, LearnRequest, ModelInfo, Picture } from "../../server/schemas.ts";

export type { EditRequest, Instruction, Job, LearnRequest, ModelInfo, Picture };

/** What the server refused, in its own sentence. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const OFFLINE = "The studio gets no answer. Is visii still running on this computer?";

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(path, init).catch(() => {
    throw new ApiError("offline", OFFLINE);
  });
  if (response.ok) return response;
  const body = (await response.json().catch(() => undefined)) as
    | { error?: { code: string; message: string } }
    | undefined;
  throw new ApiError(
    body?.error?.code ?? "internal",
    body?.error?.message ?? `The server answered ${response.status}.`,
  );
}

async function get<T>(path: string): Promise<T> {
  return (await ask(path)).json() as Promise<T>;
}

async function send<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  const json = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await ask(path, { method, headers: { "content-type": "application/json", ...headers }, ...json });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function upload<T>(path: string, file: Blob, type: string): Promise<T> {
  const response = await ask(path, { method: "POST", headers: { "content-type": type }, body: file });
  return response.json() as Promise<T>;
}

const jobKey = (key: string) => ({ "idempotency-key": key });

export const api = {
  models: async () => (await get<{ models: ModelInfo[] }>("/api/models")).models,

  addPicture: (file: Blob) =>
    upload<Picture>("/api/pictures", file, file.type.startsWith("image/") ? file.type : "application/octet-stream"),

  hasPicture: async (id: string) => (await fetch(pictureUrl(id, 128), { method: "HEAD" })).status !== 404,

  instructions: async () => (await get<{ instructions: Instruction[] }>("/api/instructions")).instructions,
  importInstruction: (file: Blob, name?: string) =>
    upload<Instruction>(
      `/api/instructions${name ? `?name=${encodeURIComponent(name)}` : ""}`,
      file,
      "application/octet-stream",
    ),
  rename: (id: string, name: string) => send<Instruction>("PATCH", `/api/instructions/${id}`, { name }),
  duplicate: (id: string) => send<Instruction>("POST", `/api/instructions/${id}/duplicate`),
  remove: (id: string) => send<void>("DELETE", `/api/instructions/${id}`),
  restore: (id: string) => send<Instruction>("POST", `/api/instructions/${id}/restore`),

  learn: (request: LearnRequest, key: string) => send<Job>("POST", "/api/learn", request, jobKey(key)),
  edit: (request: EditRequest, key: string) => send<Job>("POST", "/api/edits", request, jobKey(key)),
  job: (id: string) => get<Job>(`/api/jobs/${id}`),
  learnings: async () => (await get<{ jobs: Job[] }>("/api/jobs?kind=learn&limit=20")).jobs,
  cancel: (id: string) => send<Job>("POST", `/api/jobs/${id}/cancel`),
  forget: (id: string) => send<void>("DELETE", `/api/jobs/${id}`),
};

/** Where a picture is; with a width, a small preview of it. */
export function pictureUrl(id: string, width?: 128 | 256 | 512): string {
  return `/api/pictures/${id}${width === undefined ? "" : `?width=${width}`}`;
}

/** An instruction's file, and its edit card. */
export const fileUrl = (id: string) => `/api/instructions/${id}/file`;
export const cardUrl = (id: string) => `/api/instructions/${id}/card`;
