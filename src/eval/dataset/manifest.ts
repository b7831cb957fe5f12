/**
 * A JSONL manifest: one pair per line with `source_image`, `target_image` (paths from the manifest's folder), and, where there are any, `instruction`,
 * `caption_before`, `caption_after`, `edit` (which lines belong together; else those of one instruction do), and for composed cases `with`,
 * `combined_image`, `caption_combined`.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { VisiiError } from "../../errors.ts";
import type { DatasetIndex, EditFiles, Entry, PairFile, Problem } from "./edit.ts";
import { type Json, parseObject, reason, textOf } from "./files.ts";

export function manifest(path: string, problems: Problem[]): DatasetIndex {
  const edits = new Map<string, { instruction?: string; addition?: string; pairs: PairFile[]; problems: Problem[] }>();
  for (const [i, line] of lines(path).entries()) {
    if (line.trim() === "") continue;
    const where = `${path}:${i + 1}`;
    const own: Problem[] = [];
    const json = parse(line, where, own);
    if (!json) {
      problems.push(...own);
      continue;
    }
    const text = (key: string) => textOf(json, [key], where, own);
    const [instruction, addition] = [text("instruction"), text("with")];
    const id = text("edit") ?? instruction ?? "edit";
    const edit = edits.get(id) ?? { pairs: [], problems: [] };
    edits.set(id, { ...(instruction && { instruction }), ...(addition && { addition }), ...edit });
    const pair = pairOf(json, String(edit.pairs.length), dirname(path), where, own);
    if (pair) edit.pairs.push(pair);
    edit.problems.push(...own);
  }
  const entries = [...edits].map(([id, { problems: own, ...edit }]): Entry => {
    const load = async (found: Problem[]): Promise<EditFiles> => {
      found.push(...own);
      return { id, ...edit };
    };
    return { id, load };
  });
  return { layout: "manifest", entries };
}

function lines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch (error) {
    throw new VisiiError("input", `${path} ${reason(error)}.`, { path });
  }
}

function parse(line: string, where: string, problems: Problem[]): Json | undefined {
  try {
    return parseObject(line);
  } catch (error) {
    problems.push({ path: where, message: `${where} ${reason(error)}.` });
    return undefined;
  }
}

function pairOf(json: Json, id: string, root: string, where: string, problems: Problem[]): PairFile | undefined {
  const picture = (key: string, needed: boolean) => {
    const name = textOf(json, [key], where, problems);
    if (name === undefined) {
      if (needed) problems.push({ path: where, message: `${where}: "${key}" is missing.` });
      return undefined;
    }
    const path = resolve(root, name);
    if (existsSync(path)) return { path };
    problems.push({ path, message: `${where}: "${key}" names ${name}, which does not exist.` });
    return undefined;
  };
  const [before, after, both] = [
    picture("source_image", true),
    picture("target_image", true),
    picture("combined_image", false),
  ];
  const [captionBefore, captionAfter, captionBoth] = ["caption_before", "caption_after", "caption_combined"].map(
    (key) => textOf(json, [key], where, problems),
  );
  if (!before || !after) return undefined;
  return {
    id,
    before,
    after,
    ...(both && { both }),
    ...(captionBefore && { captionBefore }),
    ...(captionAfter && { captionAfter }),
    ...(captionBoth && { captionBoth }),
  };
}
