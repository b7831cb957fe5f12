import type { EditRequest, Job, JobKind, JobStatus, LearnRequest, Preview } from "../schemas.ts";

/** Points of a loss curve, at most. */
const MOST_LOSSES = 500;

/** A job as it is kept: all that it takes to go on after a restart. */
export interface JobRecord {
  readonly id: string;
  readonly kind: JobKind;
  readonly request: LearnRequest | EditRequest;
  /** The caller's name for it. */
  readonly key?: string;
  /** As `loadModel` takes it. */
  readonly model: string;
  readonly created: string;
  status: JobStatus;
  started: string | null;
  finished: string | null;
  progress: Job["progress"];
  result: Job["result"];
  error: Job["error"];
  losses: [step: number, loss: number][];
  /** Every how many steps a loss is kept. */
  stride: number;
  previews: Preview[];
  /** Seconds that it has been worked on before. */
  seconds: number;
  /** How often it was begun since it last got anywhere. */
  attempts: number;
  /** How often the thread that worked on it has crashed. */
  crashes: number;
  /** Whether somebody wants it to end. */
  cancelling: boolean;
}

export interface LearnJob extends JobRecord {
  readonly kind: "learn";
  readonly request: LearnRequest;
}

export interface EditJob extends JobRecord {
  readonly kind: "edit";
  readonly request: EditRequest;
}

export function isLearning(record: JobRecord): record is LearnJob {
  return record.kind === "learn";
}

export function isFinal({ status }: Pick<JobRecord, "status">): boolean {
  return status === "done" || status === "failed" || status === "cancelled";
}

export function newRecord(
  given: Pick<JobRecord, "id" | "kind" | "request" | "model"> & { readonly key?: string },
): JobRecord {
  return {
    ...given,
    created: new Date().toISOString(),
    status: "queued",
    started: null,
    finished: null,
    progress: null,
    result: null,
    error: null,
    losses: [],
    stride: 1,
    previews: [],
    seconds: 0,
    attempts: 0,
    crashes: 0,
    cancelling: false,
  };
}

/** Adds a step's loss; of a step that is done again, and of those after it, the old ones are forgotten. */
export function addLoss(record: JobRecord, step: number, loss: number): void {
  while ((record.losses.at(-1)?.[0] ?? 0) >= step) record.losses.pop();
  if ((step - 1) % record.stride !== 0) return;
  record.losses.push([step, loss]);
  if (record.losses.length <= MOST_LOSSES) return;
  record.stride *= 2;
  record.losses = record.losses.filter(([at]) => (at - 1) % record.stride === 0);
}

/** The same for a checkpoint's preview. */
export function addPreview(record: JobRecord, preview: Preview): void {
  record.previews = [...record.previews.filter(({ step }) => step < preview.step), preview];
}

/** All pictures that a job names. */
export function picturesOf(record: JobRecord): string[] {
  const { result, previews } = record;
  const given = isLearning(record)
    ? record.request.pairs.flatMap(({ before, after }) => [before, after])
    : [(record as EditJob).request.picture];
  return [...given, ...(result?.pictures ?? []), ...previews.flatMap(({ picture }) => picture ?? [])];
}

/** A job as it is told. */
export function toJob(record: JobRecord, place: number | null): Job {
  const { id, kind, status, created, started, finished, request, progress, result, error, losses, previews } = record;
  const job = { id, kind, status, place, created, started, finished, request, progress, result, error };
  return kind === "learn" ? { ...job, losses, previews } : job;
}
