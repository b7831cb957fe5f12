/** Charts as SVG text. Colours are the page's variables, so that they follow its light and dark. */
import type { Interval } from "../statistics.ts";
import { escapeHtml, number } from "./text.ts";

/** Values by what they are called; the colour is the place in the list. */
export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

const WIDTH = 360;
const HEIGHT = 190;
const [LEFT, RIGHT, TOP, BOTTOM] = [8, 8, 10, 30];

/** A round step for about `count` ticks over a range. */
function tickStep(range: number, count: number): number {
  const rough = range / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((m) => m * power).find((step) => step >= rough)!;
}

function ticks(low: number, high: number, count: number): number[] {
  const step = tickStep(high - low || 1, count);
  const first = Math.ceil(low / step);
  const found = Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
  return found.map((x) => Number(x.toPrecision(12)));
}

function scale(low: number, high: number, from: number, to: number): (x: number) => number {
  return (x) => Number((from + ((x - low) / (high - low || 1)) * (to - from)).toFixed(1));
}

function xAxis(low: number, high: number, x: (value: number) => number): string {
  const marks = ticks(low, high, 5).map(
    (value) =>
      `<line class="grid" x1="${x(value)}" x2="${x(value)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/><text class="tick" x="${x(value)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${number(value, decimals(high - low))}</text>`,
  );
  return `${marks.join("")}<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM}"/>`;
}

function decimals(range: number): number {
  return Math.max(0, Math.ceil(-Math.log10(tickStep(range || 1, 5)) - 1e-9));
}

/** How values of several rows are distributed: outlines over each other, each with a line at its mean. */
export function histogram(series: readonly Series[], bins = 24): string {
  const all = series.flatMap(({ values }) => values).sort((a, b) => a - b);
  if (all.length === 0) return "";
  // A few far outliers don't press the rest together: they stand in the outermost bins.
  const at = (share: number) => all[Math.round(share * (all.length - 1))]!;
  const margin = (at(0.99) - at(0.01)) * 0.06 || 0.05;
  const [low, high] = [at(0.01) - margin, at(0.99) + margin];
  const counts = series.map(({ values }) => {
    const found = Array<number>(bins).fill(0);
    for (const value of values)
      found[Math.min(bins - 1, Math.max(0, Math.floor(((value - low) / (high - low)) * bins)))]! += 1 / values.length;
    return found;
  });
  const x = scale(low, high, LEFT, WIDTH - RIGHT);
  const y = scale(0, Math.max(...counts.flat()) * 1.06, HEIGHT - BOTTOM, TOP);
  const edge = (bin: number) => x(low + ((high - low) * bin) / bins);
  const shapes = counts.map((found, i) => {
    const steps = found.map((share, bin) => `L${edge(bin)} ${y(share)}L${edge(bin + 1)} ${y(share)}`).join("");
    const { values } = series[i]!;
    const middle = x(values.reduce((a, b) => a + b, 0) / values.length);
    const outline = `M${edge(0)} ${y(0)}${steps}L${edge(bins)} ${y(0)}`;
    return `<path class="area c${i}" d="${outline}Z"/><path class="line c${i}" d="${outline}"/><line class="mean c${i}" x1="${middle}" x2="${middle}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>`;
  });
  return svg(xAxis(low, high, x) + shapes.join(""));
}

/** For each picture, in order of its mean: the range over its variants, and each of them; beside it one value to compare with. */
export function ranges(pictures: readonly { readonly values: readonly number[]; readonly mark?: number }[]): string {
  const sorted = pictures
    .map(({ values, mark }) => ({ values, mark, middle: values.reduce((a, b) => a + b, 0) / values.length }))
    .sort((a, b) => a.middle - b.middle);
  const all = sorted.flatMap(({ values, mark }) => [...values, ...(mark === undefined ? [] : [mark])]);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const margin = (high - low) * 0.05 || 0.05;
  const left = LEFT + 32;
  const x = scale(-0.5, sorted.length - 0.5, left, WIDTH - RIGHT);
  const y = scale(low - margin, high + margin, HEIGHT - 14, TOP);
  const grid = ticks(low - margin, high + margin, 4).map(
    (value) =>
      `<line class="grid" x1="${left}" x2="${WIDTH - RIGHT}" y1="${y(value)}" y2="${y(value)}"/><text class="tick" x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${number(value, decimals(high - low))}</text>`,
  );
  const dot = Math.max(1.2, Math.min(3, 120 / sorted.length));
  const bars = sorted.map(({ values, mark }, i) => {
    const span = `<line class="range c0" x1="${x(i)}" x2="${x(i)}" y1="${y(Math.min(...values))}" y2="${y(Math.max(...values))}"/>`;
    const dots = values.map((value) => `<circle class="dot c0" cx="${x(i)}" cy="${y(value)}" r="${dot}"/>`).join("");
    const one = mark === undefined ? "" : `<circle class="dot c1" cx="${x(i)}" cy="${y(mark)}" r="${dot}"/>`;
    return span + dots + one;
  });
  return svg(grid.join("") + bars.join(""));
}

/** An interval as a whisker on a scale that its column shares. */
export function whisker({ mean, low, high }: Interval, [from, to]: readonly [number, number]): string {
  const x = scale(from, to, 3, 77);
  return `<svg class="whisker" viewBox="0 0 80 10" aria-hidden="true"><line x1="${x(low)}" x2="${x(high)}" y1="5" y2="5"/><circle cx="${x(mean)}" cy="5" r="2.4"/></svg>`;
}

/** A difference with its interval, and where nothing is. */
export function differenceBar({ mean, low, high }: Interval): string {
  const reach = Math.max(Math.abs(low), Math.abs(high)) * 1.15 || 1;
  const x = scale(-reach, reach, 2, 158);
  return `<svg class="difference" viewBox="0 0 160 16" aria-hidden="true"><line class="zero" x1="80" x2="80" y1="1" y2="15"/><line x1="${x(low)}" x2="${x(high)}" y1="8" y2="8"/><circle cx="${x(mean)}" cy="8" r="3.4"/></svg>`;
}

export function legend(names: readonly string[]): string {
  return `<ul class="legend">${names.map((name, i) => `<li class="c${i}">${escapeHtml(name)}</li>`).join("")}</ul>`;
}

function svg(content: string): string {
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">${content}</svg>`;
}
