/**
 * InstructPix2Pix's layout: one folder per edit with `prompt.json` (`input`, or `caption`; `edit`; `output`), `{seed}_0.jpg` and `{seed}_1.jpg`, and
 * `seeds.json` beside the folders. Two things may stand in `prompt.json` beside that: `captions`, where pairs differ in what they show
 * (`{ "SEED": { "input", "output", "both" } }`), and `with`, words for something more, whose true picture is `{seed}_2.jpg`.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DatasetIndex, EditFiles, Entry, Problem } from "./edit.ts";
import { foldersIn, type Json, readJson, reason, textOf } from "./files.ts";
import { numberedPairs } from "./numbered.ts";

const PROMPT = "prompt.json";
const SEEDS = "seeds.json";

export function isInstructPix2Pix(root: string, folders: readonly string[]): boolean {
  return existsSync(join(root, SEEDS)) || folders.some((folder) => existsSync(join(root, folder, PROMPT)));
}

export function instructPix2Pix(root: string, problems: Problem[]): DatasetIndex {
  const entries = (listed(root, problems) ?? foldersIn(root)).map(
    (id): Entry => ({ id, load: (found) => load(root, id, found) }),
  );
  return { layout: "instruct-pix2pix", entries };
}

/** The folders that `seeds.json` lists, if there is one: [folder, seeds] each. */
function listed(root: string, problems: Problem[]): string[] | undefined {
  const path = join(root, SEEDS);
  if (!existsSync(path)) return undefined;
  try {
    const list: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (Array.isArray(list) && list.every((item) => Array.isArray(item) && typeof item[0] === "string")) {
      return list.map(([folder]) => folder as string);
    }
    problems.push({ path, message: `${path} must be a list of [folder, seeds].` });
  } catch (error) {
    problems.push({ path, message: `${path} ${reason(error)}.` });
  }
  return undefined;
}

async function load(root: string, id: string, problems: Problem[]): Promise<EditFiles> {
  const folder = join(root, id);
  if (!existsSync(folder)) {
    problems.push({ path: folder, message: `${folder} does not exist, but ${join(root, SEEDS)} lists it.` });
    return { id, pairs: [] };
  }
  const path = join(folder, PROMPT);
  const json = readJson(path, problems) ?? {};
  const text = (keys: readonly string[]) => textOf(json, keys, path, problems);
  const [input, instruction, output, addition] = [
    text(["input", "caption"]),
    text(["edit"]),
    text(["output"]),
    text(["with"]),
  ];
  const captions = (json.captions ?? {}) as Readonly<Record<string, Json>>;
  const pairs = numberedPairs(folder, problems).map(({ name, ...pair }) => {
    const own = (key: string) => textOf(captions[name] ?? {}, [key], path, problems);
    return given({
      id: name,
      ...pair,
      captionBefore: own("input") ?? input,
      captionAfter: own("output") ?? output,
      captionBoth: own("both"),
    });
  });
  if (pairs.length === 0) problems.push({ path: folder, message: `${folder} holds no pair of pictures.` });
  return given({ id, instruction, addition, pairs });
}

/** Without what is undefined. */
function given<T extends object>(object: T): { [K in keyof T]: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: NonNullable<T[K]>;
  };
}
