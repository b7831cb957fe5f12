/** Layouts without words: the authors' folders of `{i}_0.png` and `{i}_1.png`, and pix2pix's files with both pictures side by side. */
import { basename, join, resolve } from "node:path";
import type { DatasetIndex, EditFiles, Entry, PairFile, Problem } from "./edit.ts";
import { foldersIn, picturesIn, stem } from "./files.ts";
import { isNumbered, numberedPairs } from "./numbered.ts";

/** One edit per folder; pictures directly in `root` are one edit. */
export function folders(root: string, swap: boolean): DatasetIndex {
  const places = picturesIn(root).length > 0 ? [root] : foldersIn(root).map((name) => join(root, name));
  const numbered = places.some((place) => picturesIn(place).some(isNumbered));
  const load = numbered
    ? numberedEdit
    : (place: string, id: string, problems: Problem[]) => halves(place, id, swap, problems);
  const entries = places.map((place): Entry => {
    const id = basename(resolve(place));
    return { id, load: async (problems) => load(place, id, problems) };
  });
  return { layout: numbered ? "pairs" : "side-by-side", entries };
}

function numberedEdit(folder: string, id: string, problems: Problem[]): EditFiles {
  const pairs = numberedPairs(folder, problems).map(
    ({ name, before, after }): PairFile => ({ id: name, before, after }),
  );
  return found(folder, { id, pairs }, problems);
}

function halves(folder: string, id: string, swap: boolean, problems: Problem[]): EditFiles {
  const [before, after] = swap ? (["right", "left"] as const) : (["left", "right"] as const);
  const pairs = picturesIn(folder).map(
    (path): PairFile => ({ id: stem(path), before: { path, half: before }, after: { path, half: after } }),
  );
  return found(folder, { id, pairs }, problems);
}

function found(folder: string, edit: EditFiles, problems: Problem[]): EditFiles {
  if (edit.pairs.length === 0) problems.push({ path: folder, message: `${folder} holds no pair of pictures.` });
  return edit;
}
