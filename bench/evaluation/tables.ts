/** A report's tables, as Markdown. */
import { METRIC_LABELS, number, signed } from "../../src/eval/report/text.ts";
import type { Interval } from "../../src/eval/statistics.ts";
import type { Finding, RowSummary, Spread } from "../../src/eval/summary.ts";
import { table } from "../markdown.ts";

/** What of `report.json` is used here. */
export interface Report {
  readonly edits: readonly string[];
  readonly rows: readonly RowSummary[];
  readonly findings: readonly Finding[];
  readonly noise: readonly Spread[];
  readonly examples: readonly Spread[];
}

const CLIP = ["image", "directional", "visual"] as const;
const SPREAD = ["image", "visual", "ratio"] as const;
const SOURCES = {
  paper: "What the paper’s text says of its table",
  ours: "What else was asked",
  hybrid: "Hybrid instructions",
};

const interval = (value: Interval | null, digits: number): string =>
  value ? `${number(value.mean, digits)} (${number(value.low, digits)} … ${number(value.high, digits)})` : "–";

function rowsTable(rows: readonly RowSummary[]): string {
  return table(
    ["row", ...CLIP.map((metric) => METRIC_LABELS[metric].label), "error ratio", "its median", "edits"],
    rows.map(({ row, metrics, medianRatio, edits }) => [
      `\`${row}\``,
      ...CLIP.map((metric) => interval(metrics[metric], 3)),
      interval(metrics.ratio, 3),
      number(medianRatio, 3),
      String(edits),
    ]),
  );
}

function besidePaper(rows: readonly RowSummary[]): string {
  return table(
    ["row", ...CLIP.flatMap((metric) => [METRIC_LABELS[metric].label, "the paper’s"])],
    rows.flatMap(({ row, metrics, paper }) =>
      paper
        ? [[`\`${row}\``, ...CLIP.flatMap((metric) => [number(metrics[metric]?.mean, 3), number(paper[metric], 3)])]]
        : [],
    ),
  );
}

function findingsTable(findings: readonly Finding[]): string {
  return table(
    ["", "claim", "metric", "difference", "the paper’s", "edits"],
    findings.map(({ verdict, what, row, against, metric, difference, paper, edits }) => {
      const { label, digits } = METRIC_LABELS[metric];
      const [mean, low, high] = [difference.mean, difference.low, difference.high].map((x) => signed(x, digits + 1));
      return [
        `**${verdict}**`,
        `${what} (\`${row}\` − \`${against}\`)`,
        label,
        `${mean} (${low} … ${high})`,
        paper === undefined ? "" : signed(paper, 3),
        String(edits),
      ];
    }),
  );
}

function spreadTable(spreads: readonly Spread[]): string {
  return table(
    ["row", "variants", ...SPREAD.map((metric) => METRIC_LABELS[metric].label)],
    spreads.map(({ row, variants, metrics }) => [
      `\`${row}\``,
      String(variants),
      ...SPREAD.map((metric) => {
        const value = metrics[metric];
        return value ? `${number(value.mean, 3)} ± ${number(value.deviation, 3)}` : "–";
      }),
    ]),
  );
}

/** All of them; `name` is the folder beside the page that has the report itself. */
export function section(name: string, { edits, rows, findings, noise, examples }: Report): string {
  const told = (source: keyof typeof SOURCES) => {
    const own = findings.filter((finding) => finding.source === source);
    return own.length > 0 ? [`### ${SOURCES[source]}`, findingsTable(own)] : [];
  };
  return [
    `${edits.length} edits; [the whole report](${name}/report.html), [as JSON](${name}/report.json), [as CSV](${name}/table.csv).`,
    ...(rows.some(({ paper }) => paper) ? ["### Beside the paper’s Table 1", besidePaper(rows)] : []),
    ...told("paper"),
    ...told("ours"),
    ...told("hybrid"),
    "### Every row",
    rowsTable(rows),
    ...(noise.length > 0 ? ["### Noise seeds (Figure 8)", spreadTable(noise)] : []),
    ...(examples.length > 0 ? ["### Example pairs (Figure 9)", spreadTable(examples)] : []),
  ].join("\n\n");
}
