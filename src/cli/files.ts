import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { VisiiError } from "../errors.ts";
import { writeError } from "../files/atomic.ts";
import { formatOf } from "../image/node.ts";
import { misuse } from "./options.ts";

const PICTURES = /\.(?:png|jpe?g|webp|avif|gif|tiff?)$/i;

/** Where one picture goes. */
export interface Route {
  readonly input: string;
  readonly output: string;
}

/** A pair of picture files. */
export interface PairFiles {
  readonly before: string;
  readonly after: string;
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The pictures of a folder, in natural order (2 before 10), hidden ones left out. */
function picturesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => PICTURES.test(name) && !name.startsWith("."))
    .sort(new Intl.Collator("en", { numeric: true }).compare)
    .map((name) => join(folder, name));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * The pairs to learn from: BEFORE AFTER [BEFORE AFTER …], or one folder with `{i}_0.png` and `{i}_1.png`, where a picture without its other half
 * is left out.
 */
export function pairFiles(paths: readonly string[]): PairFiles[] {
  const [first] = paths;
  if (first === undefined) throw misuse("Name a picture before and one after the edit, or a folder with such pairs.");
  if (paths.length === 1 && isFolder(first)) return pairsIn(first);
  if (paths.length === 1 && !existsSync(first))
    throw new VisiiError("input", `${first} does not exist.`, { path: first });
  if (paths.length % 2 === 1) {
    throw misuse(
      `Pictures come in pairs, before and after, but there are ${paths.length}; one is missing or too many.`,
    );
  }
  return Array.from({ length: paths.length / 2 }, (_, i) => ({ before: paths[2 * i]!, after: paths[2 * i + 1]! }));
}

function pairsIn(folder: string): PairFiles[] {
  const pictures = picturesIn(folder);
  const half = (path: string) => /^(\d+)_([01])$/.exec(basename(path, extname(path)));
  const pairs = pictures.flatMap((before): PairFiles[] => {
    const match = half(before);
    const after =
      match?.[2] === "0" && pictures.find((path) => half(path)?.[1] === match[1] && half(path)?.[2] === "1");
    return after ? [{ before, after }] : [];
  });
  if (pairs.length > 0) return pairs;
  const message = `${folder} holds no pair: pictures are called 0_0.png (before) and 0_1.png (after), 1_0.png and so on.`;
  throw new VisiiError("input", message, { folder });
}

/**
 * Where each of the pictures goes: one picture to the file, or into the folder, that `output` names; several, or a folder's, into the folder, as
 * PNG under their own names. Refuses to write two pictures into one file, or over one that is read.
 */
export function routes(inputs: readonly string[], output: string | undefined): Route[] {
  if (inputs.length === 0) throw misuse("Name a picture, or a folder of pictures, to edit.");
  if (output === undefined) throw misuse("Name the output with -o: a file, or a folder for several pictures.");
  const pictures = inputs.flatMap((path) => {
    if (!isFolder(path)) return [path];
    const found = picturesIn(path);
    if (found.length === 0) throw new VisiiError("input", `${path} holds no picture.`, { path });
    return found;
  });
  const several = pictures.length > 1 || inputs.some(isFolder);
  const intoFolder = several || isFolder(output) || /[/\\]$/.test(output);
  if (several && PICTURES.test(output) && !isFolder(output)) {
    throw misuse(`${output} is one file, but there are ${pictures.length} pictures; name a folder with -o.`);
  }
  if (intoFolder && existsSync(output) && !isFolder(output)) throw misuse(`${output} is a file, not a folder.`);
  if (!intoFolder) formatOf(output);
  const list = pictures.map((input) => ({
    input,
    output: intoFolder ? join(output, `${basename(input, extname(input))}.png`) : output,
  }));
  const seen = new Map<string, string>();
  for (const route of list) {
    const other = seen.get(route.output);
    if (other) throw misuse(`${other} and ${route.input} would both be written to ${route.output}; edit them apart.`);
    seen.set(route.output, route.input);
  }
  refuseOverwriting(
    list.map((route) => route.output),
    pictures,
  );
  return list;
}

/** Throws `VisiiError("usage")` if an output is a file that is read. */
export function refuseOverwriting(outputs: readonly string[], inputs: readonly string[]): void {
  const real = (path: string) => (existsSync(path) ? realpathSync(path) : resolve(path));
  const read = new Set(inputs.map(real));
  for (const output of outputs) {
    if (read.has(real(output))) {
      throw misuse(`${output} is one of the inputs and would be overwritten; name another output with -o.`, { output });
    }
  }
}

/** Finds out before the work that its result could not be written. Throws `VisiiError("io")`. */
export function checkWritable(path: string): void {
  try {
    if (isFolder(path)) throw Object.assign(new Error(), { code: "EISDIR" });
    const folder = dirname(path);
    if (!isFolder(folder)) throw Object.assign(new Error(), { code: existsSync(folder) ? "ENOTDIR" : "ENOENT" });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw writeError(path, error);
  }
}

/** Makes the folder that a file goes into, if it is not there. Throws `VisiiError("io")`. */
export function makeFolderOf(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw writeError(path, error);
  }
}
