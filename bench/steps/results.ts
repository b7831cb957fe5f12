/** What was measured, kept case by case, and what it comes to. */
import { existsSync, readFileSync } from "node:fs";
import { number, signed } from "../../src/eval/report/text.ts";
import { clusterBootstrap, groupBy, type Interval, mean, median } from "../../src/eval/statistics.ts";
import { table } from "../markdown.ts";
import { MARGIN, VARIANTS } from "./variants.ts";

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
  /** From the paper's steps, over the pictures that both have. */
  readonly difference: Interval | null;
}

/** The results that a file holds; none where it does not exist. A last line that a kill cut off is left out. */
export function readResults(file: string): Result[] {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
  return lines.map((line) => JSON.parse(line) as Result);
}

/** For each edit that both variants have, the differences of its pictures' error ratios. */
export function differences(results: readonly Result[], variant: string, against: string): Map<string, number[]> {
  const others = new Map(results.filter((each) => each.variant === against).map(({ edit, ratios }) => [edit, ratios]));
  const own = results.filter((each) => each.variant === variant && others.has(each.edit));
  return new Map(own.map(({ edit, ratios }) => [edit, ratios.map((ratio, i) => ratio - others.get(edit)![i]!)]));
}

/** The results on edits that every variant was measured on. */
export function shared(results: readonly Result[]): Result[] {
  const variants = new Set(results.map(({ variant }) => variant));
  const byEdit = groupBy(results, ({ edit }) => edit);
  return results.filter(({ edit }) => byEdit.get(edit)!.length === variants.size);
}

/** In the order of the variants. */
export function summarize(results: readonly Result[]): VariantSummary[] {
  const byVariant = groupBy(results, ({ variant }) => variant);
  return VARIANTS.flatMap(({ name }) => {
    const own = byVariant.get(name);
    if (!own) return [];
    return {
      variant: name,
      edits: own.length,
      passes: Math.round(mean(own.map(({ passes }) => passes))),
      seconds: median(own.map(({ seconds }) => seconds))!,
      median: median(own.flatMap(({ ratios }) => ratios))!,
      ratio: clusterBootstrap(own.map(({ ratios }) => ratios))!,
      difference: clusterBootstrap([...differences(results, name, "paper").values()]) ?? null,
    };
  });
}

/** As Markdown. */
export function stepsTable(summaries: readonly VariantSummary[]): string {
  const interval = ({ mean, low, high }: Interval) => `${number(mean, 3)} (${number(low, 3)} … ${number(high, 3)})`;
  const change = ({ mean, low, high }: Interval) => `${signed(mean, 3)} (${signed(low, 3)} … ${signed(high, 3)})`;
  return table(
    ["variant", "passes", "seconds", "median ratio", "mean ratio", "difference from the paper's", "no worse"],
    summaries.map(({ variant, passes, seconds, median: middle, ratio, difference }) => [
      variant,
      String(passes),
      number(seconds, 1),
      number(middle, 3),
      interval(ratio),
      difference && variant !== "paper" ? change(difference) : "–",
      difference && variant !== "paper" ? (difference.high < MARGIN ? "yes" : "no") : "–",
    ]),
  );
}
