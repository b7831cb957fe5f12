/** Tells by their names which files are before, and which after. */
import { stem } from "../parts/names.ts";

type Role = readonly [before: string, after: string];

/** Words that say which a picture is. */
const WORDS: readonly Role[] = [
  ["before", "after"],
  ["in", "out"],
  ["input", "output"],
  ["source", "target"],
  ["src", "dst"],
  ["original", "edited"],
  ["orig", "edit"],
  ["raw", "final"],
  ["from", "to"],
  ["vorher", "nachher"],
  ["avant", "apres"],
];
/** What says it at the end of a name only: 3_0 and 3_1. */
const ENDINGS: readonly Role[] = [
  ["0", "1"],
  ["1", "2"],
  ["a", "b"],
  ["x", "y"],
];

export interface Paired<T> {
  readonly pairs: readonly { readonly before: T; readonly after: T }[];
  /** Those that no name puts into a pair. */
  readonly rest: readonly T[];
}

/** Pairs files whose names differ in nothing but a word for before and one for after: `cat-before.png` and `cat-after.png`, `3_0.png` and `3_1.png`. */
export function pairUp<T extends { readonly name: string }>(files: readonly T[]): Paired<T> {
  const pairs: { before: T; after: T }[] = [];
  let rest = [...files];
  for (const role of [...WORDS, ...ENDINGS]) {
    const [before, after] = role;
    const opposites = new Map(rest.map((file) => [wordsOf(file.name).join(" "), file]));
    for (const file of [...rest]) {
      const words = wordsOf(file.name);
      const at = words.lastIndexOf(before);
      const says = at !== -1 && (WORDS.includes(role) || at === words.length - 1);
      const other = !says ? undefined : opposites.get(words.with(at, after).join(" "));
      if (!other || !rest.includes(file) || !rest.includes(other)) continue;
      pairs.push({ before: file, after: other });
      rest = rest.filter((each) => each !== file && each !== other);
    }
  }
  const [only] = rest.length === 2 ? [byOneName(rest[0]!, rest[1]!)] : [];
  if (!only) return { pairs: inOrder(pairs, files), rest };
  return { pairs: inOrder([...pairs, only], files), rest: [] };
}

/** Of two, one that says which it is says it of the other: `cat.png` and `cat-edited.png`. */
function byOneName<T extends { readonly name: string }>(a: T, b: T): { before: T; after: T } | undefined {
  const says = (file: T, which: 0 | 1) => WORDS.some((role) => wordsOf(file.name).includes(role[which]));
  const [beforeA, afterA, beforeB, afterB] = [says(a, 0), says(a, 1), says(b, 0), says(b, 1)];
  const forward = (beforeA && !beforeB) || (afterB && !afterA);
  const backward = (beforeB && !beforeA) || (afterA && !afterB);
  if (forward === backward) return undefined;
  return forward ? { before: a, after: b } : { before: b, after: a };
}

/** "Cat_Before 2.png" → cat, before, 2. */
function wordsOf(name: string): string[] {
  return stem(name)
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/u)
    .filter((word) => word !== "");
}

function inOrder<T>(pairs: { before: T; after: T }[], files: readonly T[]) {
  return pairs.sort((a, b) => files.indexOf(a.before) - files.indexOf(b.before));
}
