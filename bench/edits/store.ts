/** The folder of a table: its setup, one line of JSON per case, the learned instructions and the resulting pictures. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Instruction } from "../../src/core/instruction.ts";
import { writeFileAtomic } from "../../src/files/atomic.ts";
import { readImage, writeImage } from "../../src/image/node.ts";
import type { Image } from "../../src/image/pixels.ts";

export const METHODS = ["floor", "text", "one pair", "four pairs", "colours", "wrong"] as const;
export type Method = (typeof METHODS)[number];

/** One picture, edited one way. */
export interface Case {
  readonly edit: string;
  readonly family: string;
  readonly heldOut: boolean;
  readonly method: Method;
  /** Which pair it was learned from, from 0; null where none was or all were. */
  readonly pair: number | null;
  /** Which picture, from 0. */
  readonly test: number;
  readonly concept: string;
  /** What was asked for: words, or the edit whose instruction it is. */
  readonly asked: string;
  /** Mean squared error of the result to the truth, 0 … 1. */
  readonly error: number;
  /** That of the untouched picture. */
  readonly unedited: number;
  /** error / unedited */
  readonly ratio: number;
}

export type CaseKey = Pick<Case, "edit" | "method" | "pair" | "test">;

const slug = (name: string): string => name.replaceAll(" ", "-");
const nameOf = ({ edit, method, pair, test }: CaseKey): string =>
  [edit, method, ...(pair === null ? [] : [`pair ${pair}`]), `test ${test}`].map(slug).join("_");

export class Store {
  private readonly known: Map<string, Case>;

  private constructor(readonly folder: string) {
    const file = this.file;
    const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
    // A line that was cut off by an interruption has no newline behind it, and is done again.
    const cases = lines.slice(0, -1).map((line) => JSON.parse(line) as Case);
    this.known = new Map(cases.map((each) => [nameOf(each), each]));
  }

  /**
   * Opens a folder, new or begun. `setup` is what decides the results; throws an Error where the folder holds those of another one.
   */
  static async open(folder: string, setup: unknown): Promise<Store> {
    for (const part of ["pictures", "instructions"]) mkdirSync(join(folder, part), { recursive: true });
    const file = join(folder, "setup.json");
    const text = `${JSON.stringify(setup, null, 2)}\n`;
    if (existsSync(file) && readFileSync(file, "utf8") !== text) {
      throw new Error(
        `${folder} holds cases of another model or other settings (see its setup.json); give another --out`,
      );
    }
    await writeFileAtomic(file, text);
    const store = new Store(folder);
    await writeFileAtomic(store.file, store.cases.map((each) => `${JSON.stringify(each)}\n`).join(""));
    return store;
  }

  private get file(): string {
    return join(this.folder, "cases.jsonl");
  }

  get cases(): Case[] {
    return [...this.known.values()];
  }

  find(key: CaseKey): Case | undefined {
    return this.known.get(nameOf(key));
  }

  async add(each: Case, result: Image): Promise<void> {
    await writeImage(this.pictureFile(each), result);
    appendFileSync(this.file, `${JSON.stringify(each)}\n`);
    this.known.set(nameOf(each), each);
  }

  /** The result of a case, or undefined while it isn't done. */
  async picture(key: CaseKey): Promise<Image | undefined> {
    return this.find(key) && readImage(this.pictureFile(key));
  }

  private pictureFile(key: CaseKey): string {
    return join(this.folder, "pictures", `${nameOf(key)}.png`);
  }

  /** The instruction of that name: read if it is there, else learned and kept. */
  async instruction(name: string, learn: () => Promise<Instruction>): Promise<Instruction> {
    const file = join(this.folder, "instructions", `${slug(name)}.safetensors`);
    if (existsSync(file)) return Instruction.parse(readFileSync(file), file);
    const learned = await learn();
    await learned.save(file);
    return learned;
  }
}
