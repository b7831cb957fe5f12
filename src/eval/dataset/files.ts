import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { VisiiError } from "../../errors.ts";
import type { Problem } from "./edit.ts";

const PICTURE = /\.(?:png|jpe?g|webp|avif|gif|tiff?)$/i;
const natural = new Intl.Collator("en", { numeric: true }).compare;

export type Json = Readonly<Record<string, unknown>>;

function listing(folder: string): Dirent[] {
  return readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !name.startsWith("."));
}

/** The pictures directly in a folder, in natural order. */
export function picturesIn(folder: string): string[] {
  const names = listing(folder).flatMap(({ name }) => (PICTURE.test(name) ? [name] : []));
  return names.sort(natural).map((name) => join(folder, name));
}

/** The names of the folders directly in a folder, in natural order. */
export function foldersIn(folder: string): string[] {
  return listing(folder)
    .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    .sort(natural);
}

/** A file's name without its extension. */
export function stem(path: string): string {
  return basename(path, extname(path));
}

/** A JSON object from a file, or undefined and one more problem. */
export function readJson(path: string, problems: Problem[]): Json | undefined {
  try {
    return parseObject(readFileSync(path, "utf8"));
  } catch (error) {
    problems.push({ path, message: `${path} ${reason(error)}.` });
    return undefined;
  }
}

/** Throws an Error that says what it is instead. */
export function parseObject(text: string): Json {
  const value: unknown = JSON.parse(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  throw new VisiiError("input", "holds no JSON object");
}

/** Why a file could not be read as JSON, to stand behind its name. */
export function reason(error: unknown): string {
  if (error instanceof VisiiError) return error.message;
  if (error instanceof SyntaxError) return `is not valid JSON (${error.message.replace(/\.$/, "")})`;
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "ENOENT" ? "does not exist" : `cannot be read: ${message}`;
}

/** A text of an object, or undefined where it has none of these keys; another kind of value is a problem. */
export function textOf(json: Json, keys: readonly string[], path: string, problems: Problem[]): string | undefined {
  const key = keys.find((name) => json[name] !== undefined && json[name] !== null);
  if (key === undefined) return undefined;
  const value = json[key];
  if (typeof value === "string") return value.trim() || undefined;
  problems.push({ path, message: `${path}: "${key}" must be a text, got ${JSON.stringify(value)}.` });
  return undefined;
}
