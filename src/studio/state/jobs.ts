import { computed, type Signal, signal } from "@preact/signals";
import { api, type EditRequest, type Job, type LearnRequest } from "../api/client.ts";

export type Learning = Job & { readonly kind: "learn"; readonly request: LearnRequest };
export type Edit = Job & { readonly kind: "edit"; readonly request: EditRequest };

const known = new Map<string, Signal<Job | undefined>>();
const learningIds = signal<readonly string[]>([]);

/** What is known of a job; undefined until somebody has told. One signal for each, so that a change of one redraws one. */
export function jobSignal(id: string): Signal<Job | undefined> {
  let job = known.get(id);
  if (!job) {
    job = signal(undefined);
    known.set(id, job);
  }
  return job;
}

export function isFinal({ status }: Pick<Job, "status">): boolean {
  return status === "done" || status === "failed" || status === "cancelled";
}

export function isLearning(job: Job | undefined): job is Learning {
  return job?.kind === "learn";
}

/** Takes in a job as the server tells it. An old answer doesn't undo an end. */
export function tell(job: Job): void {
  const state = jobSignal(job.id);
  if (state.peek() && isFinal(state.peek()!) && !isFinal(job)) return;
  state.value = job;
  if (job.kind === "learn" && !learningIds.peek().includes(job.id)) {
    learningIds.value = [...learningIds.peek(), job.id].sort().reverse();
  }
}

/** Learnings, newest first. */
export const learnings = computed(() => learningIds.value.map((id) => jobSignal(id).value).filter(isLearning));

/** Those that wait or run; the one that runs first. */
export const activeLearnings = computed(() =>
  learnings.value.filter((job) => !isFinal(job)).sort((a, b) => (a.place ?? -1) - (b.place ?? -1)),
);

export async function loadLearnings(): Promise<void> {
  for (const job of await api.learnings()) tell(job);
}

/** The same for what was followed while the connection was lost. */
export async function refreshJobs(): Promise<void> {
  const open = [...known.values()].map((job) => job.peek()).filter((job) => job !== undefined && !isFinal(job));
  await Promise.all(open.map(async (job) => tell(await api.job(job!.id))));
}

export function forgetLearning(id: string): void {
  learningIds.value = learningIds.peek().filter((other) => other !== id);
  known.delete(id);
}
