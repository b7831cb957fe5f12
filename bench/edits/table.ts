/** Medians of the cases, as a table for people and as data, and whether the bars are met. */
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

export interface Bar {
  readonly what: string;
  readonly value: number;
  readonly met: boolean;
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

/** What the first version of a model has to reach. */
export function barsOf(rows: readonly Row[]): Bar[] {
  const trained = rows.filter(({ heldOut }) => !heldOut);
  const heldOut = rows.filter((row) => row.heldOut);
  const better = heldOut.filter(({ ratios }) => ratios["one pair"]! < ratios.text!).length / heldOut.length;
  const atMost = (what: string, value: number, bar: number): Bar => ({
    what: `${what}: at most ${bar}`,
    value,
    met: value <= bar,
  });
  const wrong = overall(rows, "wrong");
  return [
    atMost("trained edits, text", overall(trained, "text"), 0.35),
    atMost("trained edits, learned from one pair", overall(trained, "one pair"), 0.5),
    atMost("held-out edits, learned from one pair", overall(heldOut, "one pair"), 0.5),
    {
      what: "held-out edits, share where one pair beats the nearest words: over 0.5",
      value: better,
      met: better > 0.5,
    },
    { what: "a wrong instruction: at least 0.8", value: wrong, met: wrong >= 0.8 },
  ];
}

const number = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? "–" : value.toFixed(3);

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
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const text = lines.map((line) => `| ${line.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`);
  return [text[0], `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...text.slice(1)].join("\n");
}

export function formatBars(bars: readonly Bar[]): string {
  return bars.map(({ what, value, met }) => `${met ? "met    " : "NOT MET"}  ${number(value)}  ${what}`).join("\n");
}
