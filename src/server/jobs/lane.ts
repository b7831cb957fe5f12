import type { JobRecord } from "./record.ts";

/** A queue and what works on it, one job at a time. */
export class Lane {
  private readonly waiting: JobRecord[] = [];
  private running: { readonly record: JobRecord; readonly abort: AbortController } | undefined;
  private work: Promise<void> = Promise.resolve();
  private stopped = false;

  /** `perform` never rejects; it says whether the job is to be tried again, before all others. */
  constructor(private readonly perform: (record: JobRecord, signal: AbortSignal) => Promise<boolean>) {}

  get length(): number {
    return this.waiting.length;
  }

  get busy(): boolean {
    return this.running !== undefined;
  }

  queued(): readonly JobRecord[] {
    return this.waiting;
  }

  add(record: JobRecord): void {
    this.waiting.push(record);
    this.next();
  }

  /** Place in the queue, 0 for the next; null for a job that doesn't wait. */
  place(record: JobRecord): number | null {
    const at = this.waiting.indexOf(record);
    return at < 0 ? null : at;
  }

  /** Takes a job out of the queue; false if it doesn't wait. */
  withdraw(record: JobRecord): boolean {
    const at = this.waiting.indexOf(record);
    if (at >= 0) this.waiting.splice(at, 1);
    return at >= 0;
  }

  /** Tells the work on a job to stop. */
  abort(record: JobRecord): void {
    if (this.running?.record === record) this.running.abort.abort();
  }

  /** Begins nothing more, and waits until the work at hand has stopped. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.running?.abort.abort();
    await this.work;
  }

  private next(): void {
    if (this.running || this.stopped) return;
    const record = this.waiting.shift();
    if (!record) return;
    const abort = new AbortController();
    this.running = { record, abort };
    this.work = this.perform(record, abort.signal).then((again) => {
      this.running = undefined;
      if (again) this.waiting.unshift(record);
      this.next();
    });
  }
}
