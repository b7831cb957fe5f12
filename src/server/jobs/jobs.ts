import { rm } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { isVisiiError, VisiiError } from "../../errors.ts";
import { ThreadCrash } from "../../workers/thread.ts";
import { failureOf, notFound } from "../errors.ts";
import type { Feed } from "../feed.ts";
import { newId } from "../ids.ts";
import type { EditRequest, Job, JobKind, LearnRequest } from "../schemas.ts";
import { Lane } from "./lane.ts";
import { type EditJob, isFinal, isLearning, type JobRecord, newRecord, toJob } from "./record.ts";
import { performEdit, performLearning, type Workplace } from "./work.ts";

/** Jobs that may wait in one queue. */
const MOST_WAITING = 200;
/** Finished jobs that are kept; of more, the oldest are forgotten. */
const MOST_FINISHED = 1000;
/** How often a job is begun without getting anywhere, before it counts as one that takes the server with it. */
const MOST_ATTEMPTS = 10;

export interface Submission {
  readonly kind: JobKind;
  readonly request: LearnRequest | EditRequest;
  /** As `loadModel` takes it. */
  readonly model: string;
  /** The caller's name for it. */
  readonly key?: string | undefined;
}

/** Told when a job has ended, for whoever counts. */
export type OnEnd = (record: JobRecord) => void;

/**
 * All jobs. Each is on disk before it is accepted and whenever it changes its state, so that a killed server's jobs go on in the next one: those that
 * waited wait, a learning goes on from its checkpoint, an edit begins again. Results are named by the job or by their content, and the write that says
 * "done" is one, so that every job ends exactly once.
 */
export class Jobs {
  private readonly records = new Map<string, JobRecord>();
  private readonly keys = new Map<string, JobRecord>();
  private readonly waiters = new Map<string, Set<() => void>>();
  /** Jobs whose end is being kept. */
  private readonly ending = new Set<string>();
  private readonly lanes: Readonly<Record<JobKind, Lane>>;
  /** Jobs that are being written, and wait from then on. */
  private readonly accepting: Record<JobKind, number> = { learn: 0, edit: 0 };
  private stopping = false;

  constructor(
    private readonly place: Omit<Workplace, "onChange" | "keep">,
    private readonly feed: Feed,
    private readonly log: (line: string, error?: unknown) => void,
    private readonly onEnd: OnEnd,
  ) {
    const lane = () => new Lane((record, signal) => this.perform(record, signal));
    this.lanes = { learn: lane(), edit: lane() };
  }

  /** Finds what an earlier process has left. */
  async load(): Promise<void> {
    for (const record of await this.place.files.load()) {
      this.remember(record);
      this.feed.restore(record.id, Date.parse(record.finished ?? record.started ?? record.created));
      if (!isFinal(record)) record.status = "queued";
    }
    await this.forgetOldest();
  }

  /** Takes it up again, oldest first. */
  resume(): void {
    for (const record of this.records.values()) if (!isFinal(record)) this.lanes[record.kind].add(record);
  }

  /** Accepts a job: it is on disk when this resolves. Throws `VisiiError`: `busy`, `conflict` for a key of another job, `io`. */
  async submit({ kind, request, model, key }: Submission): Promise<JobRecord> {
    if (this.stopping) throw new VisiiError("aborted", "The server is stopping; ask again when it is back.");
    const known = key === undefined ? undefined : this.keys.get(key);
    if (known) {
      if (known.kind === kind && isDeepStrictEqual(known.request, request)) return known;
      throw new VisiiError("conflict", "This Idempotency-Key belongs to a job with another request; use a new one.");
    }
    const lane = this.lanes[kind];
    if (lane.length + this.accepting[kind] >= MOST_WAITING) {
      throw new VisiiError("busy", `${MOST_WAITING} jobs are waiting already; ask again when some are done.`);
    }
    const record = newRecord({ id: newId(), kind, request, model, ...(key !== undefined && { key }) });
    this.remember(record);
    this.accepting[kind]++;
    try {
      await this.place.files.save(record);
    } catch (error) {
      this.forget(record);
      throw error;
    } finally {
      this.accepting[kind]--;
    }
    lane.add(record);
    this.feed.jobChanged(record.id);
    return record;
  }

  /** Throws `VisiiError("not_found")`. */
  get(id: string): JobRecord {
    const record = this.records.get(id);
    if (!record) throw notFound("job", id);
    return record;
  }

  find(id: string): JobRecord | undefined {
    return this.records.get(id);
  }

  /** Newest first. */
  list(wanted: (record: JobRecord) => boolean, limit: number): JobRecord[] {
    return [...this.records.values()]
      .filter(wanted)
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, limit);
  }

  toJob(record: JobRecord): Job {
    return toJob(record, this.lanes[record.kind].place(record));
  }

  waiting(kind: JobKind): number {
    return this.lanes[kind].length;
  }

  running(kind: JobKind): number {
    return Number(this.lanes[kind].busy);
  }

  /** Has a job end: one that waits at once, one that runs at its next step. A finished one stays as it is. */
  async cancel(id: string): Promise<JobRecord> {
    const record = this.get(id);
    if (isFinal(record) || record.cancelling || this.ending.has(id)) return record;
    record.cancelling = true;
    const lane = this.lanes[record.kind];
    // One that has learned something already ends with it, even if it waits to go on.
    if (record.previews.length === 0 && lane.withdraw(record)) await this.end(record, "cancelled");
    else {
      await this.place.files.save(record);
      lane.abort(record);
      this.feed.jobChanged(id);
    }
    return record;
  }

  /** Throws `VisiiError("conflict")` for a job that is not finished. */
  async remove(id: string): Promise<void> {
    const record = this.get(id);
    if (!isFinal(record)) throw new VisiiError("conflict", "This job is not finished; cancel it first.", { id });
    this.forget(record);
    await this.place.files.remove(id);
  }

  /** Waits until a job is finished, the signal fires, or the server stops. */
  async finished(record: JobRecord, signal: AbortSignal): Promise<void> {
    while (!isFinal(record) && !signal.aborted && !this.stopping) {
      await new Promise<void>((done) => {
        const waiters = this.waiters.get(record.id) ?? new Set();
        this.waiters.set(record.id, waiters.add(done));
        signal.addEventListener("abort", () => done(), { once: true });
      });
    }
  }

  /** Begins nothing more; a learning keeps its checkpoint, an edit will begin again. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all([this.lanes.learn.stop(), this.lanes.edit.stop()]);
    for (const waiters of this.waiters.values()) for (const wake of waiters) wake();
  }

  /** Works on a job until it ends, stops or crashes; says whether it is to be tried again. */
  private async perform(record: JobRecord, signal: AbortSignal): Promise<boolean> {
    const began = performance.now();
    const seconds = () => record.seconds + (performance.now() - began) / 1000;
    try {
      if (record.attempts >= MOST_ATTEMPTS) {
        throw new VisiiError(
          "runtime",
          `The server ended ${MOST_ATTEMPTS} times while it worked on this; it is given up.`,
        );
      }
      record.attempts++;
      record.status = "running";
      record.started ??= new Date().toISOString();
      await this.place.files.save(record);
      this.feed.jobChanged(record.id);
      this.tellPlaces(record.kind);
      const { result, stopped } = await this.work(record, record.cancelling ? AbortSignal.abort() : signal);
      if (stopped && !record.cancelling) return await this.pause(record, seconds());
      await this.end(record, stopped ? "cancelled" : "done", { ...result, seconds: rounded(seconds()) });
    } catch (error) {
      return await this.fail(record, error, seconds()).catch((cause) => {
        this.log(`job ${record.id}: its end could not be written`, cause);
        return false;
      });
    }
    return false;
  }

  private work(record: JobRecord, signal: AbortSignal) {
    const onChange = ({ id }: JobRecord) => this.feed.jobChanged(id);
    const keep = async (changed: JobRecord) => {
      onChange(changed);
      await this.place.files.save(changed).catch((error) => this.log(`job ${changed.id}: not kept`, error));
    };
    const place = { ...this.place, onChange, keep };
    return isLearning(record) ? performLearning(record, place, signal) : performEdit(record as EditJob, place, signal);
  }

  /** The server stops: the job waits for the next one. */
  private async pause(record: JobRecord, seconds: number): Promise<false> {
    record.status = "queued";
    record.seconds = seconds;
    record.attempts = 0;
    await this.place.files.save(record);
    return false;
  }

  private async fail(record: JobRecord, error: unknown, seconds: number): Promise<boolean> {
    if (isVisiiError(error, "aborted")) {
      if (!record.cancelling) return this.pause(record, 0);
      await this.end(record, "cancelled", { seconds: rounded(seconds) });
      return false;
    }
    if (error instanceof ThreadCrash) {
      this.log(`job ${record.id}: its thread ended (${error.message})`);
      record.crashes++;
      if (record.crashes === 1) {
        record.status = "queued";
        await this.place.files.save(record);
        return true;
      }
      const message =
        "The thread that worked on this ended twice, perhaps for want of memory; close other programs, or use smaller pictures.";
      return this.fail(record, new VisiiError("runtime", message), seconds);
    }
    const { code, message } = failureOf(error).body.error;
    if (code === "internal") this.log(`job ${record.id} failed`, error);
    record.error = { code, message };
    await this.end(record, "failed");
    return false;
  }

  /** Keeps how a job ended, then tells. */
  private async end(
    record: JobRecord,
    status: "done" | "failed" | "cancelled",
    result: Job["result"] = null,
  ): Promise<void> {
    const progress = status === "done" && record.progress ? { ...record.progress, secondsLeft: 0 } : record.progress;
    const end = { status, finished: new Date().toISOString(), result, progress };
    // Nobody is told of an end before it is kept: who reads the job meanwhile would see an end that a kill undoes, and be told of it twice.
    this.ending.add(record.id);
    try {
      await this.place.files.save({ ...record, ...end });
      await rm(this.place.files.checkpoint(record.id), { force: true });
      Object.assign(record, end);
    } finally {
      this.ending.delete(record.id);
    }
    this.feed.jobChanged(record.id);
    this.tellPlaces(record.kind);
    for (const wake of this.waiters.get(record.id) ?? []) wake();
    this.waiters.delete(record.id);
    this.onEnd(record);
    await this.forgetOldest();
  }

  private tellPlaces(kind: JobKind): void {
    for (const { id } of this.lanes[kind].queued()) this.feed.jobChanged(id);
  }

  private remember(record: JobRecord): void {
    this.records.set(record.id, record);
    if (record.key !== undefined) this.keys.set(record.key, record);
  }

  private forget(record: JobRecord): void {
    this.records.delete(record.id);
    if (record.key !== undefined) this.keys.delete(record.key);
    this.feed.forget(record.id);
  }

  private async forgetOldest(): Promise<void> {
    const finished = this.list(isFinal, Number.POSITIVE_INFINITY);
    for (const record of finished.slice(MOST_FINISHED)) {
      this.forget(record);
      await this.place.files.remove(record.id);
    }
  }
}

function rounded(seconds: number): number {
  return Number(seconds.toFixed(3));
}
