import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { groupBy } from "../../src/eval/statistics.ts";
import { Store } from "../../src/eval/store.ts";
import { type LearnSettings, learningEffort } from "../../src/index.ts";

/** An evaluation's folder: its name, what learning took, and the cases that count in tables. */
export async function openResults(folder: string, edits: readonly string[]) {
  const setup = JSON.parse(readFileSync(join(folder, "setup.json"), "utf8")) as { learn: LearnSettings };
  const store = await Store.open(folder, setup);
  const cases = edits.flatMap((edit) => store.cases(edit)).filter(({ example, seed }) => example === 0 && seed === 0);
  const { forward, backward } = learningEffort(setup.learn);
  return { name: basename(folder), passes: forward + backward, rows: groupBy(cases, ({ row }) => row) };
}

export type Results = Awaited<ReturnType<typeof openResults>>;
