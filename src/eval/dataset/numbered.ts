import type { PictureFile, Problem } from "./edit.ts";
import { picturesIn, stem } from "./files.ts";

const NAME = /^(.+)_([012])$/;

/** Pictures of one name: `{name}_0` before, `{name}_1` after, `{name}_2` with an addition, too. */
export interface Numbered {
  readonly name: string;
  readonly before: PictureFile;
  readonly after: PictureFile;
  readonly both?: PictureFile;
}

export function isNumbered(path: string): boolean {
  return NAME.test(stem(path));
}

/** The pairs of a folder. A picture without its other half is a problem, and left out. */
export function numberedPairs(folder: string, problems: Problem[]): Numbered[] {
  const found = new Map<string, (string | undefined)[]>();
  for (const path of picturesIn(folder)) {
    const [, name, part] = NAME.exec(stem(path)) ?? [];
    if (name === undefined) continue;
    const parts = found.get(name) ?? [];
    parts[Number(part)] = path;
    found.set(name, parts);
  }
  return [...found].flatMap(([name, [before, after, both]]): Numbered[] => {
    if (before !== undefined && after !== undefined) {
      return [
        { name, before: { path: before }, after: { path: after }, ...(both !== undefined && { both: { path: both } }) },
      ];
    }
    const [path, missing] = [(before ?? after ?? both)!, before === undefined ? `${name}_0` : `${name}_1`];
    problems.push({ path, message: `${path} has no other half: ${missing} is missing beside it.` });
    return [];
  });
}
