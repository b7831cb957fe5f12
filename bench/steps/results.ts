/** What was measured, kept case by case, and what it comes to. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { number, signed } from "../../src/eval/report/text.ts";
import { clusterBootstrap, groupBy, type Interval, mean, median } from "../../src/eval/statistics.ts";
import { table } from "../markdown.ts";
import type { Variant } from "./variants.ts";

/** One variant on one edit. */
export interface Result {
  readonly variant: string;
  readonly edit: string;
  /** Error ratio of each test picture. */
  readonly ratios: readonly number[];
  /** Passes through the UNet, forward and backward, to learn. */
  readonly passes: number;
  readonly seconds: number;
}

/** One variant over all edits that it was measured on. */
export interface VariantSummary {
  readonly variant: string;
  readonly edits: number;
  readonly passes: number;
  readonly seconds: number;
  readonly median: number;
  readonly ratio: Interval;
  /** From the variant it is compared with, over the pictures that both have; null for one that is compared with nothing. */
  readonly difference: Interval | null;
}

/** The results that a file holds; none where it does not exist. What a kill has cut off is no result. */
export function readResults(file: string): Result[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.endsWith("}"))
    .map((line) => JSON.parse(line) as Result);
}

/** Adds a result behind the others, on a line of its own even where a kill has cut off the last one. */
export function addResult(file: string, result: Result): void {
  const cut = existsSync(file) && !/(?:^|\n)$/.test(readFileSync(file, "utf8"));
  appendFileSync(file, `${cut ? "\n" : ""}${JSON.stringify(result)}\n`);
}

/** For each edit that both variants have, the differences of its pictures' error ratios. */
export function differences(results: readonly Result[], variant: string, against: string): Map<string, number[]> {
  const others = new Map(results.filter((each) => each.variant === against).map(({ edit, ratios }) => [edit, ratios]));
  const own = results.filter((each) => each.variant === variant && others.has(each.edit));
  return new Map(own.map(({ edit, ratios }) => [edit, ratios.map((ratio, i) => ratio - others.get(edit)![i]!)]));
}

/** What a list's variants come to, in its order, on the edits that every one of them was measured on that was measured at all. */
export function summarize(variants: readonly Variant[], results: readonly Result[]): VariantSummary[] {
  const measured = variants.filter(({ name }) => results.some(({ variant }) => variant === name));
  const names = new Set(measured.map(({ name }) => name));
  const byEdit = groupBy(
    results.filter(({ variant }) => names.has(variant)),
    ({ edit }) => edit,
  );
  const whole = [...byEdit.values()].filter((own) => own.length === names.size).flat();
  if (whole.length === 0) return [];
  const byVariant = groupBy(whole, ({ variant }) => variant);
  return measured.map(({ name, against = variants[0]!.name }) => {
    const own = byVariant.get(name)!;
    return {
      variant: name,
      edits: own.length,
      passes: Math.round(mean(own.map(({ passes }) => passes))),
      seconds: median(own.map(({ seconds }) => seconds))!,
      median: median(own.flatMap(({ ratios }) => ratios))!,
      ratio: clusterBootstrap(own.map(({ ratios }) => ratios))!,
      difference: name === against ? null : (clusterBootstrap([...differences(whole, name, against).values()]) ?? null),
    };
  });
}

/** As Markdown. */
export function stepsTable(summaries: readonly VariantSummary[], compared: string): string {
  const interval = ({ mean, low, high }: Interval) => `${number(mean, 3)} (${number(low, 3)} … ${number(high, 3)})`;
  const change = ({ mean, low, high }: Interval) => `${signed(mean, 3)} (${signed(low, 3)} … ${signed(high, 3)})`;
  return table(
    ["variant", "passes", "seconds", "median ratio", "mean ratio", compared],
    summaries.map(({ variant, passes, seconds, median: middle, ratio, difference }) => [
      variant,
      String(passes),
      number(seconds, 1),
      number(middle, 3),
      interval(ratio),
      difference ? change(difference) : "",
    ]),
  );
}
