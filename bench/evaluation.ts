/**
 * The tables of docs/eval/README.md, from evaluations that have run: `npm run bench:evaluation -- RESULTS… [--against RESULTS] [--to docs/eval]`
 *
 * Each folder of results (`visii eval … -o RESULTS`) gives a section of its own name, and its report goes beside the page: `RESULTS/report.html`,
 * `report.json`, `table.csv`. The page must have the sections' marks, `<!-- NAME -->` and `<!-- /NAME -->`. `--against` compares the error ratios of the first
 * folder with another's, of dearer learning, in the section `presets`: rows that both have, the same pictures.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import type { Case } from "../src/eval/cases.ts";
import { METRIC_LABELS, number, signed } from "../src/eval/report/text.ts";
import { groupBy, type Interval } from "../src/eval/statistics.ts";
import { type Finding, pairedDifference, type RowSummary, type Spread } from "../src/eval/summary.ts";
import { writeFileAtomic } from "../src/files/atomic.ts";
import { type LearnSettings, learningEffort } from "../src/index.ts";
import { withSection } from "../training/card.ts";
import { table } from "./markdown.ts";
import { MARGIN } from "./steps/variants.ts";

interface Report {
  readonly edits: readonly string[];
  readonly rows: readonly RowSummary[];
  readonly findings: readonly Finding[];
  readonly noise: readonly Spread[];
  readonly examples: readonly Spread[];
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { to: { type: "string", default: "docs/eval" }, against: { type: "string" } },
});
if (positionals.length === 0) throw new RangeError("name at least one folder of results");

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

function section(name: string, { edits, rows, findings, noise, examples }: Report): string {
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

/** The cases that count in tables, by row. */
function casesOf(folder: string): Map<string, Case[]> {
  const files = readdirSync(join(folder, "cases")).map((name) => readFileSync(join(folder, "cases", name), "utf8"));
  const cases = files.flatMap((text) =>
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Case),
  );
  return groupBy(
    cases.filter(({ example, seed }) => example === 0 && seed === 0),
    ({ row }) => row,
  );
}

function passesOf(folder: string): number {
  const { learn } = JSON.parse(readFileSync(join(folder, "setup.json"), "utf8")) as { learn: LearnSettings };
  const { forward, backward } = learningEffort(learn);
  return forward + backward;
}

function presets(folder: string, dearer: string): string {
  const [own, others] = [casesOf(folder), casesOf(dearer)];
  const rows = [...own.keys()].filter((row) => row.startsWith("visii") && others.has(row));
  const [few, many] = [passesOf(folder), passesOf(dearer)];
  const body = rows.flatMap((row) => {
    const compared = pairedDifference(own.get(row)!, others.get(row)!, "ratio");
    if (!compared) return [];
    const { mean, low, high } = compared.difference;
    return [
      [
        `\`${row}\``,
        String(compared.edits),
        `${signed(mean, 4)} (${signed(low, 4)} … ${signed(high, 4)})`,
        high < MARGIN ? "yes" : "no",
      ],
    ];
  });
  return [
    `${few} passes through the UNet (\`${basename(folder)}\`) against ${many} (\`${basename(dearer)}\`):`,
    table(["row", "edits", "error ratio, difference", `below ${MARGIN}`], body),
  ].join("\n\n");
}

const page = join(values.to, "README.md");
let text = readFileSync(page, "utf8");
for (const folder of positionals) {
  const name = basename(folder);
  text = withSection(
    text,
    name,
    section(name, JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as Report),
  );
  mkdirSync(join(values.to, name), { recursive: true });
  for (const file of ["report.html", "report.json", "table.csv"]) {
    copyFileSync(join(folder, file), join(values.to, name, file));
  }
}
if (values.against) text = withSection(text, "presets", presets(positionals[0]!, values.against));
await writeFileAtomic(page, text);
