/** What the built-in model has to reach, each bar with its value, its 95 % interval over edits, and whether it is met. */
import { clusterBootstrap, groupBy, mean, median, percentile } from "../../src/eval/statistics.ts";
import { psnr } from "../../src/metrics/index.ts";
import { Generator } from "../../src/rng/index.ts";
import type { Edit } from "../../training/data/index.ts";
import { Random } from "../../training/data/random.ts";
import type { Case, Method } from "./store.ts";
import { type Row, rowsOf } from "./table.ts";

export interface Bar {
  readonly what: string;
  /** NaN where no case tells. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly met: boolean;
}

type Estimate = Pick<Bar, "value" | "low" | "high">;

const UNKNOWN: Estimate = { value: Number.NaN, low: Number.NaN, high: Number.NaN };
const RESAMPLES = 2000;

/** What one colour transform of the whole picture can come close to. */
const COLOUR_FAMILIES: readonly string[] = ["colour", "light"];

/** The median and its 95 % interval, by the percentiles of a bootstrap. */
export function medianInterval(values: readonly number[]): Estimate {
  if (values.length === 0) return UNKNOWN;
  const generator = new Generator(0);
  const draws = Array.from(
    { length: RESAMPLES },
    () => median(Array.from(generator.randint(0, values.length, values.length), (i) => values[i]!))!,
  ).sort((a, b) => a - b);
  return { value: median(values)!, low: percentile(draws, 0.025), high: percentile(draws, 0.975) };
}

function meanInterval(values: readonly number[]): Estimate {
  const found = clusterBootstrap(values.map((value) => [value]));
  return found ? { value: found.mean, low: found.low, high: found.high } : UNKNOWN;
}

/** Whether the words leave open what the parameters say: two draws that differ are asked for in the same words. */
export function leavesOpen(edit: Edit): boolean {
  const random = new Random("words", edit.name);
  const draws = Array.from({ length: 40 }, () => edit.sample(random));
  const byWords = groupBy(draws, (params) => edit.phrases(params)[0]!);
  return [...byWords.values()].some((same) => new Set(same.map((params) => JSON.stringify(params))).size > 1);
}

/** The bars. `open` names the edits whose words leave parameters open (`leavesOpen`). */
export function barsOf(cases: readonly Case[], open: ReadonlySet<string>): Bar[] {
  const rows = rowsOf(cases);
  const trained = rows.filter(({ heldOut }) => !heldOut);
  const heldOut = rows.filter((row) => row.heldOut);
  const structural = rows.filter(({ family }) => !COLOUR_FAMILIES.includes(family));
  const of = (some: readonly Row[], method: Method) =>
    medianInterval(some.flatMap(({ ratios }) => ratios[method] ?? []));
  const wins = (some: readonly Row[], better: Method, worse: Method) => {
    const both = some.filter(({ ratios }) => ratios[better] !== undefined && ratios[worse] !== undefined);
    return meanInterval(both.map(({ ratios }) => (ratios[better]! < ratios[worse]! ? 1 : 0)));
  };
  const gains = structural.flatMap(({ ratios: { "one pair": one, "four pairs": four } }) =>
    one === undefined || four === undefined ? [] : [one - four],
  );
  const gain = meanInterval(gains);
  const floors = cases.filter(({ method }) => method === "floor");
  const loss = [...groupBy(floors, ({ edit }) => edit).values()].map((own) =>
    mean(own.map(({ error }) => psnr(error))),
  );
  const atMost = (what: string, found: Estimate, bar: number): Bar => {
    return { what: `${what}: at most ${bar}`, ...found, met: found.value <= bar };
  };
  const atLeast = (what: string, found: Estimate, bar: number): Bar => {
    return { what: `${what}: at least ${bar}`, ...found, met: found.value >= bar };
  };
  return [
    atMost("trained edits, text", of(trained, "text"), 0.15),
    atMost("trained edits, one pair", of(trained, "one pair"), 0.25),
    atMost("trained edits, four pairs", of(trained, "four pairs"), 0.15),
    atMost("edits never trained on, one pair", of(heldOut, "one pair"), 0.2),
    atMost("edits never trained on, four pairs", of(heldOut, "four pairs"), 0.1),
    atLeast("a wrong instruction", of(rows, "wrong"), 0.8),
    atLeast("the autoencoder, dB", meanInterval(loss), 28.5),
    atLeast(
      "beyond colours: share where one pair beats the colour transform",
      wins(structural, "one pair", "colours"),
      0.75,
    ),
    { what: "beyond colours: four pairs less than one pair by (interval above 0)", ...gain, met: gain.low > 0 },
    atLeast(
      "words that leave parameters open: share where one pair beats them",
      wins(
        rows.filter(({ edit }) => open.has(edit)),
        "one pair",
        "text",
      ),
      0.75,
    ),
  ];
}

const number = (value: number): string => (Number.isNaN(value) ? "–" : value.toFixed(3));

/** One line a bar, for a terminal. */
export function formatBars(bars: readonly Bar[]): string {
  const line = ({ what, value, low, high, met }: Bar) =>
    `${met ? "met    " : "NOT MET"}  ${number(value)} [${number(low)}, ${number(high)}]  ${what}`;
  return bars.map(line).join("\n");
}
