/** Seeded randomness for the data: mulberry32, whose whole state is 32 bits, seeded by a hash of any list of keys. */

/** FNV-1a over the keys' text; the same keys give the same 32 bits on every machine. */
export function hash(...keys: readonly (string | number)[]): number {
  let h = 0x811c9dc5;
  for (const char of keys.join("\u0000")) h = Math.imul(h ^ char.codePointAt(0)!, 0x01000193);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A stream of random numbers that is a pure function of its keys. */
export class Random {
  #state: number;

  constructor(...keys: readonly (string | number)[]) {
    this.#state = hash(...keys);
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Uniform in [low, high), rounded to `digits` decimals so that it survives JSON unchanged. */
  range(low: number, high: number, digits = 3): number {
    return Number((low + (high - low) * this.next()).toFixed(digits));
  }

  /** A whole number from low to high, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)]!;
  }

  /** One of the keys, by their weights. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    return entries.at(-1)![0];
  }
}
