import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeError, writeFileAtomic } from "../../files/atomic.ts";
import type { JobRecord } from "../jobs/record.ts";
import { Turns } from "../turns.ts";
import { parsed, sweep } from "./home.ts";

/** Jobs on disk: a folder for each, with `job.json` and, while it learns, a checkpoint. */
export class JobFiles {
  /** By the job, not by its record: an end is saved from a copy, and must not be passed by an earlier write. */
  private readonly turns = new Map<string, Turns>();

  constructor(private readonly folder: string) {}

  /** All that were accepted; one whose file somebody has damaged is left alone. A folder without its `job.json` was never answered for, and is removed. */
  async load(): Promise<JobRecord[]> {
    const records: JobRecord[] = [];
    for (const id of await readdir(this.folder)) {
      const path = join(this.folder, id);
      const text = await readFile(join(path, "job.json"), "utf8").catch(() => undefined);
      if (text === undefined) {
        await rm(path, { recursive: true, force: true });
        continue;
      }
      await sweep(path);
      const record = parsed<JobRecord>(text);
      if (record?.id === id) records.push(record);
    }
    return records.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Writes a job as it is when its turn comes: the last call has the last word. Throws `VisiiError("io")`. */
  save(record: JobRecord): Promise<void> {
    let turns = this.turns.get(record.id);
    if (!turns) {
      turns = new Turns();
      this.turns.set(record.id, turns);
    }
    return turns.take(async () => {
      const folder = join(this.folder, record.id);
      await mkdir(folder, { recursive: true }).catch((error) => {
        throw writeError(folder, error);
      });
      await writeFileAtomic(join(folder, "job.json"), JSON.stringify(record));
    });
  }

  checkpoint(id: string): string {
    return join(this.folder, id, "checkpoint");
  }

  async remove(id: string): Promise<void> {
    this.turns.delete(id);
    await rm(join(this.folder, id), { recursive: true, force: true });
  }
}
