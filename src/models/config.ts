import { VisiiError } from "../errors.ts";

/** A parsed `config.json`. */
export type Json = Readonly<Record<string, unknown>>;

/**
 * Reads one `config.json` with the defaults of the library that wrote it. Each getter names the option, so that what is refused is refused by
 * name: `unet/config.json: addition_embed_type "text" is not supported`.
 */
export class ConfigReader {
  readonly #asked = new Set<string>();

  /** `file` is how messages call it, such as `unet/config.json`. Throws `VisiiError("model")` unless `json` is an object. */
  constructor(
    readonly file: string,
    private readonly json: Json,
  ) {
    if (typeof json !== "object" || json === null || Array.isArray(json)) {
      throw new VisiiError("model", `${file}: expected a JSON object`, { file });
    }
  }

  /** A whole number, at least 1. */
  count(name: string, fallback: number): number {
    const value = this.#value(name, fallback);
    return Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : this.#refuse(name, value);
  }

  number(name: string, fallback: number): number {
    const value = this.#value(name, fallback);
    return typeof value === "number" && Number.isFinite(value) ? value : this.#refuse(name, value);
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.#value(name, fallback);
    return typeof value === "boolean" ? value : this.#refuse(name, value);
  }

  /** One of the words that we know. */
  choice<Word extends string>(name: string, words: readonly Word[], fallback: Word): Word {
    const value = this.#value(name, fallback);
    return words.find((word) => word === value) ?? this.#refuse(name, value);
  }

  /** A list of words that we know. */
  choices<Word extends string>(name: string, words: readonly Word[], fallback: readonly Word[]): readonly Word[] {
    const value = this.#value(name, fallback);
    if (!Array.isArray(value) || value.length === 0) return this.#refuse(name, value);
    return value.map((item) => words.find((word) => word === item) ?? this.#refuse(name, item));
  }

  /** A list of texts, empty where there is none. */
  texts(name: string): readonly string[] {
    const value = this.#value(name, []);
    const fits = Array.isArray(value) && value.every((item) => typeof item === "string");
    return fits ? (value as string[]) : this.#refuse(name, value);
  }

  /** A list of whole numbers, each at least 1. */
  counts(name: string, fallback: readonly number[]): readonly number[] {
    const value = this.#value(name, fallback);
    const fits = Array.isArray(value) && value.length > 0 && value.every((n) => Number.isSafeInteger(n) && n > 0);
    return fits ? (value as number[]) : this.#refuse(name, value);
  }

  /** One value per level: a list of `length`, or one value that stands for all. */
  perLevel<T extends number | boolean>(name: string, length: number, fallback: T): readonly T[] {
    const value = this.#value(name, fallback);
    const list: unknown[] = Array.isArray(value) ? value : Array(length).fill(value);
    const fits = (item: unknown) =>
      typeof item === typeof fallback && (typeof item !== "number" || (Number.isSafeInteger(item) && item > 0));
    return list.length === length && list.every(fits) ? (list as T[]) : this.#refuse(name, value);
  }

  /** A part of the file that is an object itself; messages call it `file: name`. */
  section(name: string): ConfigReader {
    return new ConfigReader(`${this.file}: ${name}`, this.#value(name, {}) as Json);
  }

  /** Options that exist elsewhere but are only supported with this value (or absent). */
  only(values: Json): void {
    for (const [name, supported] of Object.entries(values)) {
      const value = this.#value(name, supported);
      if (JSON.stringify(value) !== JSON.stringify(supported)) this.#refuse(name, value);
    }
  }

  /** Options that change nothing here, such as a training-time dropout. */
  ignore(...names: string[]): void {
    for (const name of names) this.#asked.add(name);
  }

  /** Refuses what is left: an option that nobody asked about and that says more than `null` or `false`. */
  finish(): void {
    for (const [name, value] of Object.entries(this.json)) {
      if (!this.#asked.has(name) && !name.startsWith("_") && value !== null && value !== false)
        this.#refuse(name, value);
    }
  }

  #value(name: string, fallback: unknown): unknown {
    this.#asked.add(name);
    return this.json[name] ?? fallback;
  }

  #refuse(option: string, value: unknown): never {
    const message = `${this.file}: ${option} ${JSON.stringify(value)} is not supported`;
    throw new VisiiError("model", message, { file: this.file, option, value });
  }
}
