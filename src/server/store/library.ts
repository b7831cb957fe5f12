import { existsSync } from "node:fs";
import { readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { gallery } from "../../core/node-gallery.ts";
import type { PresetName } from "../../core/presets.ts";
import { isVisiiError, VisiiError } from "../../errors.ts";
import { writeFileAtomic } from "../../files/atomic.ts";
import { Instruction } from "../../index.ts";
import type { Identity } from "../../workers/protocol.ts";
import { notFound } from "../errors.ts";
import { newId } from "../ids.ts";
import { Turns } from "../turns.ts";
import { type Home, parsed } from "./home.ts";
import { type Pictures, sha256 } from "./pictures.ts";

/** How long a deleted instruction can be taken back, in days. */
const TRASH_DAYS = 30;

/** What the library knows of an instruction without opening its file. */
export interface LibraryRecord {
  readonly id: string;
  readonly name: string;
  readonly created: string;
  readonly builtIn: boolean;
  readonly words: string;
  readonly before?: string;
  readonly after?: string;
  readonly preset?: PresetName;
  readonly model: Identity;
  readonly steps: number;
  readonly pairs: number;
  /** sha256 of its file. */
  readonly hash: string;
}

/** What is told of an instruction besides its file. */
export type Description = Partial<Pick<LibraryRecord, "id" | "name" | "before" | "after" | "preset">>;

/**
 * Instructions, each a `.safetensors` file and a `.json` beside it, written last and removed first: where that is, the instruction is. The built-in
 * gallery is in it, to be read only.
 */
export class Library {
  private readonly records = new Map<string, LibraryRecord>();
  private readonly builtIn = new Map<string, string>();
  private readonly turns = new Turns();

  private constructor(
    private readonly home: Home,
    private readonly onChange: () => void,
  ) {}

  static async open(home: Home, pictures: Pictures, onChange: () => void): Promise<Library> {
    const library = new Library(home, onChange);
    await library.emptyTrash();
    for (const name of await readdir(home.instructions)) {
      if (name.endsWith(".json")) await library.load(join(home.instructions, name));
    }
    await library.openGallery(pictures);
    return library;
  }

  /** Newest first, then the built-in ones in the gallery's order. */
  list(): LibraryRecord[] {
    const all = [...this.records.values()];
    const own = all.filter(({ builtIn }) => !builtIn).sort((a, b) => (a.created < b.created ? 1 : -1));
    return [...own, ...all.filter(({ builtIn }) => builtIn)];
  }

  /** Throws `VisiiError("not_found")`. */
  get(id: string): LibraryRecord {
    return this.records.get(id) ?? fail(notFound("instruction", id));
  }

  has(id: string): boolean {
    return this.records.has(id);
  }

  /** The instruction whose file has this sha256. */
  byHash(hash: string): LibraryRecord | undefined {
    return this.list().find((record) => record.hash === hash);
  }

  /** Its `.safetensors`. */
  path(id: string): string {
    return this.builtIn.get(id) ?? join(this.home.instructions, `${id}.safetensors`);
  }

  /** Keeps an instruction's file; one that has the same id is left as it is. Throws `VisiiError("instruction")` if it is none. */
  add(bytes: Uint8Array, described: Description = {}): Promise<LibraryRecord> {
    return this.turns.take(async () => {
      const known = described.id !== undefined && this.records.get(described.id);
      if (known) return known;
      const { id = newId(), ...more } = described;
      const facts = factsOf(await Instruction.parse(bytes, "The file"));
      const name = more.name ?? (facts.words.slice(0, 100).trim() || this.untitled());
      const created = new Date().toISOString();
      const record = { id, created, builtIn: false, hash: sha256(bytes), ...facts, ...more, name };
      await writeFileAtomic(this.path(id), bytes);
      return this.keep(record);
    });
  }

  /** The same as `add`, unless there is an equal one. */
  async addOnce(bytes: Uint8Array, described: Description): Promise<{ record: LibraryRecord; added: boolean }> {
    const equal = this.byHash(sha256(bytes));
    return equal ? { record: equal, added: false } : { record: await this.add(bytes, described), added: true };
  }

  rename(id: string, name: string): Promise<LibraryRecord> {
    return this.turns.take(async () => this.keep({ ...this.own(id), name }));
  }

  async duplicate(id: string): Promise<LibraryRecord> {
    const { name, before, after, preset } = this.get(id);
    const described = { name: `${name.slice(0, 90)} (copy)`, ...(before && { before }), ...(after && { after }) };
    return this.add(new Uint8Array(await readFile(this.path(id))), { ...described, ...(preset && { preset }) });
  }

  remove(id: string): Promise<void> {
    return this.turns.take(async () => {
      this.own(id);
      await rename(this.describing(id), join(this.home.trash, `${id}.json`));
      await rename(this.path(id), join(this.home.trash, `${id}.safetensors`));
      this.records.delete(id);
      this.onChange();
    });
  }

  /** Takes back a deleted one. Throws `VisiiError("not_found")`. */
  restore(id: string): Promise<LibraryRecord> {
    return this.turns.take(async () => {
      const known = this.records.get(id);
      if (known) return known;
      const trashed = (end: string) => join(this.home.trash, `${id}${end}`);
      if (!existsSync(trashed(".json"))) throw notFound("deleted instruction", id);
      if (existsSync(trashed(".safetensors"))) await rename(trashed(".safetensors"), this.path(id));
      await rename(trashed(".json"), this.describing(id));
      await this.load(this.describing(id));
      this.onChange();
      return this.get(id);
    });
  }

  /** The pictures of all instructions, those in the trash included. */
  async pictures(): Promise<string[]> {
    const names = (await readdir(this.home.trash)).filter((name) => name.endsWith(".json"));
    const trashed = await Promise.all(names.map((name) => readFile(join(this.home.trash, name), "utf8")));
    const records = [...this.records.values(), ...trashed.flatMap((text) => parsed<LibraryRecord>(text) ?? [])];
    return records.flatMap(({ before, after }) => [before ?? [], after ?? []].flat());
  }

  private describing(id: string): string {
    return join(this.home.instructions, `${id}.json`);
  }

  /** Throws `VisiiError`: `not_found`, `conflict` for a built-in one. */
  private own(id: string): LibraryRecord {
    const record = this.get(id);
    if (!record.builtIn) return record;
    throw new VisiiError("conflict", `${record.name} comes with visii and stays as it is; duplicate it to change it.`, {
      id,
    });
  }

  private async keep(record: LibraryRecord): Promise<LibraryRecord> {
    await writeFileAtomic(this.describing(record.id), `${JSON.stringify(record, undefined, 2)}\n`);
    this.records.set(record.id, record);
    this.onChange();
    return record;
  }

  private untitled(): string {
    const numbers = this.list().map(({ name }) => Number(/^untitled edit (\d+)$/.exec(name)?.[1] ?? 0));
    return `untitled edit ${Math.max(0, ...numbers) + 1}`;
  }

  private async load(path: string): Promise<void> {
    const record = parsed<LibraryRecord>(await readFile(path, "utf8"));
    if (record?.id === basename(path, ".json")) this.records.set(record.id, record);
  }

  private async openGallery(pictures: Pictures): Promise<void> {
    for (const { name, words, instruction, before, after } of safely(gallery)) {
      const bytes = new Uint8Array(await readFile(instruction));
      const facts = factsOf(await Instruction.parse(bytes, name));
      const pair = { before: await pictures.link(before), after: await pictures.link(after) };
      const created = (await stat(instruction)).mtime.toISOString();
      this.builtIn.set(name, instruction);
      this.records.set(name, { ...facts, ...pair, id: name, name, words, created, builtIn: true, hash: sha256(bytes) });
    }
  }

  private async emptyTrash(): Promise<void> {
    for (const name of await readdir(this.home.trash)) {
      const path = join(this.home.trash, name);
      const days = (Date.now() - (await stat(path)).ctimeMs) / 86_400_000;
      if (days > TRASH_DAYS) await rm(path, { force: true });
    }
  }
}

/** A file may come from anywhere, so nothing of its metadata is taken as it is. */
function factsOf({ provenance }: Instruction): Pick<LibraryRecord, "model" | "steps" | "pairs" | "words"> {
  const { model, losses, settings, prompt } = provenance;
  const { pairs, init } = (settings ?? {}) as { pairs?: unknown; init?: unknown };
  const words = init === "neutral" ? "" : prompt.slice(0, 2000);
  return {
    model: { name: model.name.slice(0, 200), version: model.version.slice(0, 200), hash: model.hash.slice(0, 200) },
    steps: Array.isArray(losses) ? losses.length : 0,
    pairs: Number.isSafeInteger(pairs) ? (pairs as number) : 1,
    words,
  };
}

/** A copy of visii without a gallery has none in its library either. */
function safely(read: typeof gallery): ReturnType<typeof gallery> {
  try {
    return read();
  } catch (error) {
    if (isVisiiError(error, "input")) return [];
    throw error;
  }
}

function fail(error: Error): never {
  throw error;
}
