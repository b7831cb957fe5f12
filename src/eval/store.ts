import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { VisiiError } from "../errors.ts";
import { writeError, writeFileAtomic } from "../files/atomic.ts";
import { claim } from "../files/claim.ts";
import { readImage, writeImage } from "../image/node.ts";
import type { Image } from "../image/pixels.ts";
import { type Case, type CaseKey, nameOf } from "./cases.ts";

/**
 * The folder of an evaluation, which several processes may share: `setup.json`, per edit one line of JSON for each case, the pictures, instructions and
 * captions. Whoever works on an edit holds its claim.
 */
export class Store {
  private constructor(readonly folder: string) {}

  /**
   * Opens a folder, new or begun. `setup` is what decides the results. Throws `VisiiError`: `usage` where the folder holds results of another setup, `io`.
   */
  static async open(folder: string, setup: unknown): Promise<Store> {
    const store = new Store(folder);
    store.make(".");
    const [file, text] = [join(folder, "setup.json"), `${JSON.stringify(setup, null, 2)}\n`];
    if (!existsSync(file)) await writeFileAtomic(file, text);
    const found = readFileSync(file, "utf8");
    if (found !== text) {
      const message = `${folder} holds results of another model, other settings or another dataset (its setup.json tells); name another folder with -o.`;
      throw new VisiiError("usage", message, { folder });
    }
    return store;
  }

  /** Takes an edit for this process; undefined while another has it. */
  claim(edit: string): Promise<AsyncDisposable | undefined> {
    this.make("claims");
    return claim(join(this.folder, "claims", fileName(edit)));
  }

  /** The cases of an edit that are done. */
  cases(edit: string): Case[] {
    const file = this.casesFile(edit);
    if (!existsSync(file)) return [];
    // A line that was cut off by an interruption has no newline behind it, and is done again.
    const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
    const byName = new Map<string, Case>();
    for (const line of lines) {
      const each = JSON.parse(line) as Case;
      if (!byName.has(nameOf(each))) byName.set(nameOf(each), each);
    }
    return [...byName.values()];
  }

  /** Removes what an interruption has left half-written. For whoever holds the claim. */
  async mend(edit: string): Promise<void> {
    for (const kind of ["pictures", "instructions", "captions"]) {
      const folder = join(this.folder, kind, fileName(edit));
      const passing = existsSync(folder) ? readdirSync(folder).filter((name) => /^\..*\.tmp$/.test(name)) : [];
      for (const name of passing) rmSync(join(folder, name), { force: true });
    }
    const file = this.casesFile(edit);
    if (!existsSync(file) || /(?:^|\n)$/.test(readFileSync(file, "utf8"))) return;
    await writeFileAtomic(file, this.cases(edit).map(line).join(""));
  }

  async add(each: Case, result: Image): Promise<void> {
    this.make(join("pictures", fileName(each.edit)));
    await writeImage(this.pictureFile(each), result);
    this.make("cases");
    try {
      appendFileSync(this.casesFile(each.edit), line(each));
    } catch (error) {
      throw writeError(this.casesFile(each.edit), error);
    }
  }

  picture(key: CaseKey): Promise<Image> {
    return readImage(this.pictureFile(key));
  }

  /** Where something of an edit is kept; its folder is made. */
  fileOf(kind: string, edit: string, name: string): string {
    const folder = join(kind, fileName(edit));
    this.make(folder);
    return join(this.folder, folder, name);
  }

  private casesFile(edit: string): string {
    return join(this.folder, "cases", `${fileName(edit)}.jsonl`);
  }

  private pictureFile(key: CaseKey): string {
    return join(this.folder, "pictures", fileName(key.edit), `${nameOf(key)}.png`);
  }

  private make(folder: string): void {
    const path = join(this.folder, folder);
    try {
      mkdirSync(path, { recursive: true });
    } catch (error) {
      throw writeError(path, error);
    }
  }
}

const line = (each: Case) => `${JSON.stringify(each)}\n`;

/** An edit's name as one for a file, on any system: letters stay, the rest is written as its code; what is long is cut, and told apart by its hash. */
function fileName(edit: string): string {
  const name = edit.replaceAll(/[^\w-]/g, (c) => `.${c.codePointAt(0)!.toString(16)}`);
  return name.length <= 100
    ? name
    : `${name.slice(0, 80)}.${createHash("sha256").update(edit).digest("hex").slice(0, 16)}`;
}
