import { type Case, METRICS } from "../cases.ts";
import type { RowSummary } from "../summary.ts";

function line(cells: readonly (string | number | null)[]): string {
  const quote = (cell: string | number | null) =>
    typeof cell === "string" && /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : (cell ?? "");
  return `${cells.map(quote).join(",")}\n`;
}

/** One line per case. */
export function casesCsv(cases: readonly Case[]): string {
  const head = ["edit", "row", "example", "test", "seed", ...METRICS, "seconds", "peak_memory"];
  const lines = cases.map(({ edit, row, example, test, seed, metrics, seconds, peakMemory }) =>
    line([edit, row, example, test, seed, ...METRICS.map((metric) => metrics[metric]), seconds, peakMemory]),
  );
  return line(head) + lines.join("");
}

/** One line per row of the table. */
export function tableCsv(rows: readonly RowSummary[]): string {
  const head = [
    "row",
    "title",
    "edits",
    "cases",
    ...METRICS.flatMap((metric) => [metric, `${metric}_low`, `${metric}_high`]),
    "seconds",
  ];
  const lines = rows.map(({ row, title, edits, cases, metrics, seconds }) => {
    const values = METRICS.flatMap((metric) => {
      const value = metrics[metric];
      return [value?.mean ?? null, value?.low ?? null, value?.high ?? null];
    });
    return line([row, title, edits, cases, ...values, seconds]);
  });
  return line(head) + lines.join("");
}
