/** Results by their requests: what was asked for once is there, and only what has changed is asked for again. */
import { computed, effect, type Signal, signal, untracked } from "@preact/signals";
import { ApiError, api, type EditRequest, type Job } from "../api/client.ts";
import { isFinal, jobSignal, tell } from "../state/jobs.ts";
import { announce } from "../state/say.ts";
import { standardOf } from "./settings.ts";
import { model, wanted } from "./state.ts";

export type Result =
  | { readonly status: "idle" }
  | { readonly status: "waiting"; readonly job?: Job }
  | { readonly status: "done"; readonly picture: string }
  | { readonly status: "failed"; readonly message: string };

/** Jobs that are given to the server at a time. */
const AT_ONCE = 2;
/** How long a change waits for the next one, in milliseconds. */
const PAUSE = 350;
/** Work that is begun without being asked for, in seconds. */
const PATIENCE = 60;

const IDLE: Result = { status: "idle" };
const results = new Map<string, Signal<Result>>();
const running = new Map<string, Job | undefined>();
/** Seconds for one step, as the last edit took them; 0 while nobody knows. */
const pace = signal(0);
/** The requests that were asked for by hand. */
const released = signal("");

const keyOf = (request: EditRequest) => JSON.stringify(request);

function stateOf(key: string): Signal<Result> {
  let state = results.get(key);
  if (!state) {
    state = signal(IDLE);
    results.set(key, state);
  }
  return state;
}

/** The result of a request, as far as there is one. */
export function resultOf(request: EditRequest): Result {
  return stateOf(keyOf(request)).value;
}

const missing = computed(() => wanted.value.filter((request) => resultOf(request).status === "idle"));
const all = computed(() => wanted.value.map(keyOf).join("\n"));

/** How many seconds the missing results will take. */
const secondsMissing = computed(() => {
  const steps = (request: EditRequest) => request.steps ?? standardOf(model.value, "steps");
  return missing.value.reduce((sum, request) => sum + steps(request) * pace.value, 0);
});

/** Long work that waits for a word: how many results, and how many seconds. */
export const held = computed(() =>
  secondsMissing.value > PATIENCE && released.value !== all.value
    ? { count: missing.value.length, seconds: secondsMissing.value }
    : undefined,
);

/** How many of the wanted results are there, failed ones counted. */
export const progress = computed(() => {
  const settled = wanted.value.filter((request) => ["done", "failed"].includes(resultOf(request).status));
  return { done: settled.length, of: wanted.value.length };
});

export function release(): void {
  released.value = all.value;
}

export function retry(request: EditRequest): void {
  stateOf(keyOf(request)).value = IDLE;
}

/** Keeps results coming for whatever is wanted. */
export function followWanted(): void {
  let timer: ReturnType<typeof setTimeout>;
  effect(() => {
    void [all.value, missing.value, held.value];
    clearTimeout(timer);
    timer = setTimeout(
      pump,
      untracked(() => (running.size > 0 ? PAUSE : PAUSE / 2)),
    );
  });
  effect(() => {
    const { done, of } = progress.value;
    if (of > 0 && done === of) announce(of === 1 ? "The result is ready." : `All ${of} results are ready.`);
  });
}

/** Ends what nobody wants any more, and begins what is missing. */
function pump(): void {
  const keys = new Set(wanted.peek().map(keyOf));
  for (const [key, job] of running) if (!keys.has(key) && job) void api.cancel(job.id).then(tell, () => {});
  if (held.peek()) return;
  for (const request of missing.peek()) {
    if (running.size >= AT_ONCE) return;
    void run(request);
  }
}

async function run(request: EditRequest): Promise<void> {
  const key = keyOf(request);
  const state = stateOf(key);
  state.value = { status: "waiting" };
  running.set(key, undefined);
  try {
    const job = await submit(request, key);
    running.set(key, job);
    tell(job);
    state.value = await follow(job.id, state);
  } catch (error) {
    if (!(error instanceof ApiError)) console.error(error);
    state.value = { status: "failed", message: (error as Error).message };
  } finally {
    running.delete(key);
    pump();
  }
}

/** The same request has the same key, so a page that is loaded again finds its results; where that job came to nothing, a new one begins. */
async function submit(request: EditRequest, key: string): Promise<Job> {
  const name = `studio-${hashOf(`${model.peek()?.version} ${key}`)}`;
  const job = await api.edit(request, name);
  const lost = job.status === "failed" || job.status === "cancelled";
  return lost ? api.edit(request, `${name}-${Date.now().toString(36)}`) : job;
}

function follow(id: string, state: Signal<Result>): Promise<Result> {
  return new Promise((done) => {
    const stop = effect(() => {
      const job = jobSignal(id).value;
      if (!job) return;
      if (!isFinal(job)) {
        state.value = { status: "waiting", job };
        return;
      }
      queueMicrotask(() => stop());
      const picture = job.result?.pictures?.[0];
      if (job.result && job.progress && job.status === "done") pace.value = job.result.seconds / job.progress.steps;
      if (picture !== undefined) done({ status: "done", picture });
      else if (job.status === "cancelled") done(IDLE);
      else done({ status: "failed", message: job.error?.message ?? "This one came to nothing." });
    });
  });
}

/** 64 bits of a text, by FNV-1a: a name, no secret. */
function hashOf(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16);
}
