/** What changed: a job, or the library. */
export interface Change {
  /** Grows with every change; about the time in milliseconds. */
  readonly version: number;
  readonly job?: string;
}

/** The library, among the jobs' ids. */
const LIBRARY = "";

/** Tells those who listen what has changed. It keeps no history: who comes late, or reads slowly, is told the latest state of each thing once. */
export class Feed {
  private readonly versions = new Map<string, number>();
  private readonly listeners = new Set<Listener>();
  private last = 0;

  get listening(): number {
    return this.listeners.size;
  }

  jobChanged(id: string): void {
    this.changed(id);
  }

  libraryChanged(): void {
    this.changed(LIBRARY);
  }

  /** A job that was there before this process was, last changed at that time. */
  restore(id: string, time: number): void {
    this.versions.set(id, time);
    this.last = Math.max(this.last, time);
  }

  forget(id: string): void {
    this.versions.delete(id);
  }

  version(id: string): number {
    return this.versions.get(id) ?? 0;
  }

  /** Listens to one job, or to everything; what has changed after a version comes first. */
  listen({ job, after = Number.POSITIVE_INFINITY }: { readonly job?: string; readonly after?: number }): Listener {
    const listener = new Listener(job, (closed) => this.listeners.delete(closed));
    for (const [id, version] of this.versions) if (version > after) listener.tell(id, version);
    this.listeners.add(listener);
    return listener;
  }

  close(): void {
    for (const listener of [...this.listeners]) listener.close();
  }

  private changed(id: string): void {
    this.last = Math.max(this.last + 1, Date.now());
    this.versions.set(id, this.last);
    for (const listener of this.listeners) listener.tell(id, this.last);
  }
}

/** One who listens. */
export class Listener {
  private readonly pending = new Map<string, number>();
  private wake = () => {};
  private closed = false;

  constructor(
    private readonly job: string | undefined,
    private readonly onClose: (listener: Listener) => void,
  ) {}

  tell(id: string, version: number): void {
    if (this.job !== undefined && id !== this.job) return;
    this.pending.set(id, version);
    this.wake();
  }

  close(): void {
    this.closed = true;
    this.onClose(this);
    this.wake();
  }

  /** All that has changed since the last call, in the order of change; none after so long without any. Undefined once it is closed. */
  async next(patience: number): Promise<Change[] | undefined> {
    if (this.pending.size === 0 && !this.closed) {
      await new Promise<void>((done) => {
        const timer = setTimeout(done, patience);
        this.wake = () => {
          clearTimeout(timer);
          done();
        };
      });
      this.wake = () => {};
    }
    if (this.closed) return undefined;
    const changes = [...this.pending].map(([id, version]) => ({ version, ...(id !== LIBRARY && { job: id }) }));
    this.pending.clear();
    return changes.sort((a, b) => a.version - b.version);
  }
}
