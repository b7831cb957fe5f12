/** Is cheap learning as good as dear? Error ratios of the same pictures, compared. */
import { signed } from "../../src/eval/report/text.ts";
import { clusterBootstrap, mean } from "../../src/eval/statistics.ts";
import { pairedDifferences } from "../../src/eval/summary.ts";
import { table } from "../markdown.ts";
import { differences, type Result } from "../steps/results.ts";
import { MARGIN } from "../steps/variants.ts";
import type { Results } from "./results.ts";

/** As many that the interval's ends, which a verdict hangs on, are known to a thousandth. */
const RESAMPLES = 50_000;

/**
 * `few` and `many` are evaluations of the same edits, cheap and dear, compared row by row. `steps` are the results of bench:steps on another test set; the presets
 * there are compared, too, and with `row`, the row that asks the same, taken together.
 */
export function presets(few: Results, many: Results, steps: readonly Result[], row: string): string {
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
    const difference = clusterBootstrap(clusters, { resamples: RESAMPLES });
    if (!difference) return [];
    const [middle, low, high] = [difference.mean, difference.low, difference.high].map((x) => signed(x, 4));
    const better = clusters.filter((edit) => mean(edit) < 0).length;
    const verdict = difference.high < MARGIN ? "yes" : "no";
    return [[name, String(clusters.length), `${middle} (${low} … ${high})`, verdict, String(better)]];
  });
  return [
    `${few.passes} passes through the UNet (\`${few.name}\`) against ${many.passes} (\`${many.name}\`):`,
    table(["learned as", "edits", "error ratio, difference", `below ${MARGIN}`, "nearer in"], body),
  ].join("\n\n");
}
