import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Code } from "./codes.ts";
import type { Split } from "./concepts.ts";
import { area, size } from "./size.ts";

/** Pairs in one shard; the last shard may have fewer. */
export const shardSize = 2048;
/** Bytes of one pair: before and after, [2, 128, 128, 3]. */
export const pairBytes = 2 * area * 3;
/** Raised whenever the same seed would give other pairs than before. */
export const version = 3;

/** One line of a shard's `.jsonl`: what a pair shows. */
export type PairRecord = {
  readonly concept: string;
  readonly source: string;
  /** Name of the edit; a composition joins two by "+". */
  readonly edit: string;
  readonly family: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** The same as numbers: one code per edit, or per edit and region. */
  readonly codes: readonly Code[];
  /** Words for each edit; the instruction joins them. */
  readonly phrases: readonly string[];
  readonly instruction: string;
  readonly before: string;
  readonly after: string;
};

export type Pair = {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  readonly record: PairRecord;
};

export type Meta = {
  readonly size: number;
  readonly count: number;
  readonly shardSize: number;
  readonly seed: number;
  readonly split: Split;
  readonly version: number;
};

const shardName = (index: number): string => `pairs-${String(index).padStart(5, "0")}`;

/**
 * Writes `count` pairs into `folder`, shard by shard, and `meta.json` last: where that file is, the rest is complete.
 * Yields the number written after each shard.
 */
export async function* writeShards(
  folder: string,
  about: { readonly count: number; readonly seed: number; readonly split: Split },
  pair: (index: number) => Promise<Pair>,
): AsyncGenerator<number> {
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, "meta.json"), { force: true });
  for (let start = 0; start < about.count; start += shardSize) {
    const n = Math.min(shardSize, about.count - start);
    const bytes = new Uint8Array(n * pairBytes); // [n, 2, 128, 128, 3]
    const lines: string[] = [];
    for (let i = 0; i < n; i++) {
      const { before, after, record } = await pair(start + i);
      bytes.set(before, i * pairBytes);
      bytes.set(after, i * pairBytes + pairBytes / 2);
      lines.push(JSON.stringify(record));
    }
    const name = join(folder, shardName(start / shardSize));
    writeFileSync(`${name}.u8`, bytes);
    writeFileSync(`${name}.jsonl`, `${lines.join("\n")}\n`);
    yield start + n;
  }
  const meta: Meta = { size, count: about.count, shardSize, seed: about.seed, split: about.split, version };
  writeFileSync(join(folder, "meta.json"), `${JSON.stringify(meta)}\n`);
}

/** What `meta.json` says. Throws where the folder is incomplete. */
export function readMeta(folder: string): Meta {
  return JSON.parse(readFileSync(join(folder, "meta.json"), "utf8")) as Meta;
}

/** The pairs of one shard. Throws an Error where its two files don't agree. */
export function readShard(folder: string, index: number): readonly Pair[] {
  const name = join(folder, shardName(index));
  const bytes = new Uint8Array(readFileSync(`${name}.u8`));
  const lines = readFileSync(`${name}.jsonl`, "utf8").trimEnd().split("\n");
  if (bytes.length !== lines.length * pairBytes) {
    throw new Error(
      `${name}: expected ${lines.length * pairBytes} bytes for ${lines.length} lines, got ${bytes.length}`,
    );
  }
  return lines.map((line, i) => {
    const middle = i * pairBytes + pairBytes / 2;
    const before = bytes.subarray(i * pairBytes, middle);
    return { before, after: bytes.subarray(middle, middle + pairBytes / 2), record: JSON.parse(line) as PairRecord };
  });
}
