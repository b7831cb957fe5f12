import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../../files/atomic.ts";
import { notFound } from "../errors.ts";

/** How long a picture is kept that no job and no instruction names, in milliseconds. */
const FORGOTTEN = 30 * 86_400_000;

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Pictures by the sha256 of their files: the same one is kept once. */
export class Pictures {
  /** Pictures that lie elsewhere and are only read: id → file. */
  private readonly elsewhere = new Map<string, string>();

  constructor(private readonly folder: string) {}

  /** Keeps a file and tells its id. Throws `VisiiError("io")`. */
  async add(bytes: Uint8Array): Promise<string> {
    const id = sha256(bytes);
    if (!this.has(id)) await writeFileAtomic(join(this.folder, id), bytes);
    else if (!this.elsewhere.has(id)) await utimes(this.path(id), new Date(), new Date());
    return id;
  }

  /** Removes those that nothing names and that nobody has sent for a month. */
  async clean(named: ReadonlySet<string>, now = Date.now()): Promise<void> {
    for (const id of await readdir(this.folder)) {
      const path = join(this.folder, id);
      if (!named.has(id) && now - (await stat(path)).mtimeMs > FORGOTTEN) await rm(path, { force: true });
    }
  }

  /** Makes a file known that stays where it is, and tells its id. */
  async link(path: string): Promise<string> {
    const id = sha256(await readFile(path));
    this.elsewhere.set(id, path);
    return id;
  }

  has(id: string): boolean {
    return existsSync(this.path(id));
  }

  /** The file of a picture, which need not be there. */
  path(id: string): string {
    return this.elsewhere.get(id) ?? join(this.folder, id);
  }

  /** Throws `VisiiError("not_found")`. */
  async read(id: string): Promise<Uint8Array<ArrayBuffer>> {
    if (!this.has(id)) throw notFound("picture", id);
    return new Uint8Array(await readFile(this.path(id)));
  }
}
