/** Is cheap learning as good as dear? Error ratios of the same pictures, compared. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { signed } from "../../src/eval/report/text.ts";
import { clusterBootstrap, groupBy } from "../../src/eval/statistics.ts";
import { Store } from "../../src/eval/store.ts";
import { pairedDifferences } from "../../src/eval/summary.ts";
import { type LearnSettings, learningEffort } from "../../src/index.ts";
import { table } from "../markdown.ts";
import { differences, type Result } from "../steps/results.ts";
import { MARGIN } from "../steps/variants.ts";

/** An evaluation's folder: what decides its results, and the cases that count in tables. */
async function open(folder: string, edits: readonly string[]) {
  const setup = JSON.parse(readFileSync(join(folder, "setup.json"), "utf8")) as { learn: LearnSettings };
  const store = await Store.open(folder, setup);
  const cases = edits.flatMap((edit) => store.cases(edit)).filter(({ example, seed }) => example === 0 && seed === 0);
  const { forward, backward } = learningEffort(setup.learn);
  return { passes: forward + backward, rows: groupBy(cases, ({ row }) => row) };
}

/**
 * `folder` and `dearer` are evaluations of the same edits, compared row by row. `steps` are the results of bench:steps on another test set; the presets
 * there are compared, too, and with `row`, the row that asks the same, taken together.
 */
export async function presets(
  folder: string,
  dearer: string,
  edits: readonly string[],
  steps: readonly Result[],
  row: string,
): Promise<string> {
  const [few, many] = [await open(folder, edits), await open(dearer, edits)];
  const byRow = [...few.rows]
    .filter(([name]) => name.startsWith("visii") && many.rows.has(name))
    .map(([name, own]) => ({
      name: `\`${name}\``,
      clusters: [...pairedDifferences(own, many.rows.get(name)!, "ratio").values()],
    }));
  const second = [...differences(steps, "balanced", "paper").values()];
  const first = byRow.find(({ name }) => name === `\`${row}\``)?.clusters ?? [];
  const all = [
    ...byRow,
    { name: "the second set", clusters: second },
    { name: `the second set and \`${row}\``, clusters: [...first, ...second] },
  ];
  const body = all.flatMap(({ name, clusters }) => {
    const difference = clusterBootstrap(clusters);
    if (!difference) return [];
    const [middle, low, high] = [difference.mean, difference.low, difference.high].map((x) => signed(x, 4));
    return [[name, String(clusters.length), `${middle} (${low} … ${high})`, difference.high < MARGIN ? "yes" : "no"]];
  });
  return [
    `${few.passes} passes through the UNet (\`${basename(folder)}\`) against ${many.passes} (\`${basename(dearer)}\`):`,
    table(["learned as", "edits", "error ratio, difference", `below ${MARGIN}`], body),
  ].join("\n\n");
}
