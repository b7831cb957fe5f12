/** Medians of the cases, as tables for people and as data. */
import { groupBy, median } from "../../src/eval/statistics.ts";
import { type Case, METHODS, type Method } from "./store.ts";

export interface Row {
  readonly edit: string;
  readonly family: string;
  readonly heldOut: boolean;
  /** Median error of the untouched pictures, 0 … 1. */
  readonly unedited: number;
  /** Median ratio over pairs and pictures, by method; absent where there is no case. */
  readonly ratios: Readonly<Partial<Record<Method, number>>>;
}

/** One row per edit, in the order in which they come first. */
export function rowsOf(cases: readonly Case[]): Row[] {
  return [...groupBy(cases, ({ edit }) => edit).values()].map((own): Row => {
    const { edit, family, heldOut } = own[0]!;
    const ratios = METHODS.flatMap((method): [Method, number][] => {
      const value = median(own.filter((each) => each.method === method).map(({ ratio }) => ratio));
      return value === undefined ? [] : [[method, value]];
    });
    return {
      edit,
      family,
      heldOut,
      unedited: median(own.map((each) => each.unedited))!,
      ratios: Object.fromEntries(ratios),
    };
  });
}

/** Median over edits of a method's medians; NaN where there are none. */
export function overall(rows: readonly Row[], method: Method): number {
  return median(rows.flatMap(({ ratios }) => ratios[method] ?? [])) ?? Number.NaN;
}

const number = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? "–" : value.toFixed(3);

function markdown(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const text = lines.map((line) => `| ${line.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`);
  return [text[0], `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...text.slice(1)].join("\n");
}

/** The table as Markdown, aligned for a terminal too. */
export function formatTable(rows: readonly Row[]): string {
  const trained = rows.filter(({ heldOut }) => !heldOut);
  const heldOut = rows.filter((row) => row.heldOut);
  const methods = METHODS.filter((method) => rows.some(({ ratios }) => method in ratios));
  const body = (group: readonly Row[], title: string): string[][] =>
    group.length === 0
      ? []
      : [
          ...group.map(({ edit, family, unedited, ratios }) => [
            edit,
            family,
            number(unedited),
            ...methods.map((method) => number(ratios[method])),
          ]),
          [
            `median of ${group.length} ${title}`,
            "",
            number(median(group.map(({ unedited }) => unedited))),
            ...methods.map((method) => number(overall(group, method))),
          ],
        ];
  const lines = [
    ["edit", "family", "unedited", ...methods],
    ...body(trained, "trained edits"),
    ...body(heldOut, "held-out edits"),
  ];
  return markdown(lines);
}

/** Medians by class of edit, and kept out of training or not, as Markdown. */
export function formatClasses(rows: readonly Row[]): string {
  const groups = groupBy(rows, ({ family, heldOut }) => (heldOut ? `${family}, never trained on` : family));
  const methods = METHODS.filter((method) => rows.some(({ ratios }) => method in ratios));
  return markdown([
    ["class", "edits", ...methods],
    ...[...groups].map(([name, own]) => [
      name,
      String(own.length),
      ...methods.map((method) => number(overall(own, method))),
    ]),
  ]);
}
