/** Fixed noise as the paper has it and as the authors' script has it, by rows that an evaluation has of both. */
import type { Case } from "../../src/eval/cases.ts";
import { METRIC_LABELS, signed } from "../../src/eval/report/text.ts";
import { pairedDifference } from "../../src/eval/summary.ts";
import { table } from "../markdown.ts";

const METRICS = ["image", "directional", "visual", "ratio"] as const;

export function noises(rows: ReadonlyMap<string, readonly Case[]>): string {
  const body = [...rows].flatMap(([name, authors]) => {
    const paper = rows.get(name.replace(/-authors$/, "-fixed"));
    if (!name.endsWith("-authors") || !paper) return [];
    const cells = METRICS.map((metric) => {
      const compared = pairedDifference(authors, paper, metric);
      if (!compared) return "–";
      const { mean, low, high } = compared.difference;
      return `${signed(mean, 3)} (${signed(low, 3)} … ${signed(high, 3)})`;
    });
    return [[`\`${name}\` − \`${name.replace(/-authors$/, "-fixed")}\``, ...cells]];
  });
  return table(["", ...METRICS.map((metric) => METRIC_LABELS[metric].label)], body);
}
