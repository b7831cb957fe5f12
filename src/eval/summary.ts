import { type Case, METRICS, type MetricName } from "./cases.ts";
import { CLAIMS, type Claim } from "./findings.ts";
import { PAPER_TABLE1, type PaperRow } from "./paper.ts";
import { isHybrid, type Row } from "./rows.ts";
import {
  type BootstrapOptions,
  clusterBootstrap,
  deviation,
  groupBy,
  type Interval,
  mean,
  median,
} from "./statistics.ts";

/** One row of the table. */
export interface RowSummary {
  readonly row: string;
  readonly title: string;
  /** Whether it is judged with the edit's addition. */
  readonly hybrid: boolean;
  readonly edits: number;
  readonly cases: number;
  readonly metrics: Readonly<Record<MetricName, Interval | null>>;
  /** Median error ratio, which single failures don't move. */
  readonly medianRatio: number;
  /** Median seconds to edit a picture, and the largest memory of a process, in bytes. */
  readonly seconds: number;
  readonly peakMemory: number;
  /** What the paper printed, on its pictures with its CLIP. */
  readonly paper?: PaperRow;
}

/** A claim and what was measured: row − against, over the pictures that both have. */
export interface Finding extends Claim {
  readonly difference: Interval;
  /** The same of the paper's Table 1, where both rows stand there. It has no intervals. */
  readonly paper?: number;
  readonly edits: number;
  readonly verdict: "holds" | "fails" | "undecided";
}

/** How widely results differ when only noise, or only the example, differs. */
export interface Spread {
  readonly row: string;
  readonly variants: number;
  /** Per picture: standard deviation over the variants, and its mean over pictures. */
  readonly metrics: Readonly<Record<MetricName, { readonly mean: number; readonly deviation: number } | null>>;
  /** Values of every picture: one list per picture, one value per variant. */
  readonly values: Readonly<Partial<Record<MetricName, readonly (readonly number[])[]>>>;
}

export interface Summary {
  readonly rows: readonly RowSummary[];
  readonly findings: readonly Finding[];
  /** Values of each row for the histograms. */
  readonly values: Readonly<Record<string, Readonly<Partial<Record<MetricName, readonly number[]>>>>>;
  readonly noise: readonly Spread[];
  readonly examples: readonly Spread[];
}

const HISTOGRAMS: readonly MetricName[] = ["image", "directional", "visual", "ratio"];
const SPREADS: readonly MetricName[] = ["image", "visual", "ratio"];

/** Edits below which an interval says nothing. */
const FEWEST = 5;

/** Tables, comparisons and spreads of the cases that are there. Only the first example and the first noise count in tables. */
export function summarise(cases: readonly Case[], rows: readonly Row[], options: BootstrapOptions = {}): Summary {
  const main = groupBy(
    cases.filter(({ example, seed }) => example === 0 && seed === 0),
    ({ row }) => row,
  );
  const shown = rows.filter(({ name }) => main.has(name));
  return {
    rows: shown.map((row) => summaryOf(row, main.get(row.name)!, options)),
    findings: CLAIMS.flatMap((claim) => findingOf(claim, main, options)),
    values: Object.fromEntries(
      shown.map(({ name }) => [
        name,
        Object.fromEntries(HISTOGRAMS.map((metric) => [metric, valuesOf(main.get(name)!, metric)])),
      ]),
    ),
    noise: spreads(shown, cases, ({ example }) => example === 0),
    examples: spreads(shown, cases, ({ seed }) => seed === 0),
  };
}

function summaryOf(row: Row, own: readonly Case[], options: BootstrapOptions): RowSummary {
  const byEdit = [...groupBy(own, ({ edit }) => edit).values()];
  const metrics = METRICS.map((metric) => {
    const clusters = byEdit.map((group) => valuesOf(group, metric));
    return [metric, clusterBootstrap(clusters, options) ?? null] as const;
  });
  const paper = PAPER_TABLE1[row.name];
  return {
    row: row.name,
    title: row.title,
    hybrid: isHybrid(row),
    edits: byEdit.length,
    cases: own.length,
    metrics: Object.fromEntries(metrics) as RowSummary["metrics"],
    medianRatio: median(valuesOf(own, "ratio"))!,
    seconds: median(own.map(({ seconds }) => seconds))!,
    peakMemory: Math.max(...own.map(({ peakMemory }) => peakMemory)),
    ...(paper && { paper }),
  };
}

function findingOf(claim: Claim, main: ReadonlyMap<string, readonly Case[]>, options: BootstrapOptions): Finding[] {
  const compared = pairedDifference(main.get(claim.row) ?? [], main.get(claim.against) ?? [], claim.metric, options);
  if (!compared) return [];
  const { difference } = compared;
  const [low, high] = claim.sign > 0 ? [difference.low, difference.high] : [-difference.high, -difference.low];
  const verdict = compared.edits < FEWEST ? "undecided" : low > 0 ? "holds" : high < 0 ? "fails" : "undecided";
  const paper = paperDifference(claim);
  return [{ ...claim, ...compared, ...(paper !== undefined && { paper }), verdict }];
}

function paperDifference({ row, against, metric }: Claim): number | undefined {
  const [own, other] = [PAPER_TABLE1[row], PAPER_TABLE1[against]];
  if (!own || !other || !(metric === "image" || metric === "directional" || metric === "visual")) return undefined;
  return Number((own[metric] - other[metric]).toFixed(3)); // its table has three digits
}

/** Mean of a − b over the pictures that both have a value for, and its interval, clustered by edit. Undefined where there are none. */
export function pairedDifference(
  a: readonly Case[],
  b: readonly Case[],
  metric: MetricName,
  options: BootstrapOptions = {},
): { readonly difference: Interval; readonly edits: number } | undefined {
  const clusters = [...pairedDifferences(a, b, metric).values()];
  const difference = clusterBootstrap(clusters, options);
  return difference && { difference, edits: clusters.length };
}

/** a − b for the pictures that both have a value for, by edit. */
export function pairedDifferences(
  a: readonly Case[],
  b: readonly Case[],
  metric: MetricName,
): Map<string, readonly number[]> {
  const others = new Map(b.map((each) => [`${each.test} ${each.edit}`, each.metrics[metric]]));
  const differences = a.flatMap(({ edit, test, metrics }) => {
    const [own, other] = [metrics[metric], others.get(`${test} ${edit}`)];
    return own === null || other === null || other === undefined ? [] : [{ edit, value: own - other }];
  });
  const byEdit = [...groupBy(differences, ({ edit }) => edit)];
  return new Map(byEdit.map(([edit, group]) => [edit, group.map(({ value }) => value)]));
}

/** Rows that have several variants of the same picture. */
function spreads(rows: readonly Row[], cases: readonly Case[], chosen: (each: Case) => boolean): Spread[] {
  return rows.flatMap(({ name }) => {
    const own = cases.filter((each) => each.row === name && chosen(each));
    const pictures = [...groupBy(own, ({ edit, test }) => `${test} ${edit}`).values()].filter(
      (group) => group.length > 1,
    );
    if (pictures.length === 0) return [];
    const values = Object.fromEntries(
      SPREADS.map((metric) => [metric, pictures.map((group) => valuesOf(group, metric))]),
    );
    const metrics = METRICS.map((metric) => {
      const groups = pictures.map((group) => valuesOf(group, metric)).filter((group) => group.length > 1);
      const both = { mean: mean(groups.map(mean)), deviation: mean(groups.map(deviation)) };
      return [metric, groups.length > 0 ? both : null] as const;
    });
    const variants = Math.max(...pictures.map((group) => group.length));
    return [{ row: name, variants, metrics: Object.fromEntries(metrics) as Spread["metrics"], values }];
  });
}

function valuesOf(cases: readonly Case[], metric: MetricName): number[] {
  return cases.flatMap(({ metrics }) => metrics[metric] ?? []);
}
