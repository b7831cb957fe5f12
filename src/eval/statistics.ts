import { Generator } from "../rng/index.ts";

/** A mean and where it lies with 95 % confidence. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** The middle value, or the mean of the two in the middle; undefined of nothing. */
export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

export function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Standard deviation of a sample; 0 of one value. */
export function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, x) => sum + (x - middle) ** 2, 0) / Math.max(1, values.length - 1));
}

/** Items by key, in the order in which keys and items come. */
export function groupBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  return groups;
}

export interface BootstrapOptions {
  /** @default 2000 */
  readonly resamples?: number;
  /** @default 0 */
  readonly seed?: number;
}

/**
 * The mean of all values and its 95 % interval, by the percentiles of a bootstrap over clusters: edits are drawn with replacement and bring all their
 * values along, because pictures of one edit resemble one another. For a paired comparison the values are differences. Undefined of nothing.
 */
export function clusterBootstrap(
  clusters: readonly (readonly number[])[],
  { resamples = 2000, seed = 0 }: BootstrapOptions = {},
): Interval | undefined {
  const parts = clusters
    .filter((values) => values.length > 0)
    .map((values) => ({ sum: values.reduce((a, b) => a + b, 0), count: values.length }));
  if (parts.length === 0) return undefined;
  const ratio = (chosen: readonly (typeof parts)[number][]) => {
    let [sum, count] = [0, 0];
    for (const part of chosen) {
      sum += part.sum;
      count += part.count;
    }
    return sum / count;
  };
  const generator = new Generator(seed);
  const means = Array.from({ length: resamples }, () =>
    ratio(Array.from(generator.randint(0, parts.length, parts.length), (i) => parts[i]!)),
  ).sort((a, b) => a - b);
  return { mean: ratio(parts), low: percentile(means, 0.025), high: percentile(means, 0.975) };
}

/** Of sorted values, interpolated as numpy does it. */
export function percentile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (high - low) * (at - Math.floor(at));
}
