import { parseArgs } from "node:util";
import { VisiiError } from "../errors.ts";

/** One `--option`, for the parser and for `--help`. */
export interface Option {
  readonly type: "text" | "number" | "flag" | "choice";
  /** What `--help` says: what it does, its range, its default. */
  readonly help: string;
  /** What `--help` calls the value; a number is called N. */
  readonly hint?: string;
  readonly short?: string;
  readonly choices?: readonly string[];
}

export type Options = Readonly<Record<string, Option>>;

/** What was given, by the option's name; undefined where it was not. */
export type Values<O extends Options> = {
  readonly [Name in keyof O]:
    | (O[Name]["type"] extends "number"
        ? number
        : O[Name]["type"] extends "flag"
          ? boolean
          : O[Name] extends { choices: readonly (infer Choice)[] }
            ? Choice
            : string)
    | undefined;
};

export interface Parsed<O extends Options> {
  readonly values: Values<O>;
  readonly positionals: readonly string[];
}

/** A mistake in how the program was called. */
export function misuse(message: string, data: Readonly<Record<string, unknown>> = {}): VisiiError {
  return new VisiiError("usage", message, data);
}

/**
 * Reads a command's arguments. `--no-flag` takes a flag back; of an option given twice the last counts; after `--` nothing is an option.
 *
 * @throws VisiiError `usage`: an option that isn't there, a value missing, too many or no number, an unknown choice.
 */
export function parseOptions<const O extends Options>(options: O, argv: readonly string[]): Parsed<O> {
  const config = Object.entries(options).map(([name, { type, short }]) => [
    name,
    { type: type === "flag" ? ("boolean" as const) : ("string" as const), ...(short !== undefined && { short }) },
  ]);
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(config),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: Record<string, string | number | boolean> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    const negated = name.startsWith("no-") && options[name.slice(3)]?.type === "flag" && !Object.hasOwn(options, name);
    const option = Object.hasOwn(options, name) ? options[name] : negated ? options[name.slice(3)] : undefined;
    if (!option) throw unknown(rawName, Object.keys(options));
    if (option.type === "flag") {
      if (value !== undefined) throw misuse(`${rawName} takes no value.`, { option: name });
      values[negated ? name.slice(3) : name] = !negated;
    } else {
      const missing = value === undefined || value === "" || (!inlineValue && /^--\w/.test(value));
      if (missing) throw misuse(`${rawName} needs a value.`, { option: name });
      values[name] = read(option, rawName, value);
    }
  }
  return { values: values as Values<O>, positionals };
}

function read({ type, choices }: Option, name: string, value: string): string | number {
  if (type === "number") {
    const number = Number(value);
    if (value.trim() === "" || !Number.isFinite(number))
      throw misuse(`${name} must be a number, got "${value}".`, { value });
    return number;
  }
  if (choices && !choices.includes(value))
    throw misuse(`${name} must be one of ${choices.join(", ")}, got "${value}".`, { value });
  return value;
}

function unknown(given: string, names: readonly string[]): VisiiError {
  const near = nearest(given.replace(/^-+/, ""), names);
  return misuse(`There is no option ${given}${near ? `; did you mean --${near}?` : "."}`, { option: given });
}

/** The word that one is most likely to have meant; undefined if none comes near. */
export function nearest(given: string, words: readonly string[]): string | undefined {
  const [best] = words
    .map((word) => ({ word, distance: word.startsWith(given) ? 1 : editDistance(given, word) }))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= Math.max(1, given.length / 3) ? best.word : undefined;
}

/** Letters to insert, remove or replace on the way from one word to the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = row[j - 1]! + Number(from[i - 1] !== to[j - 1]);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
