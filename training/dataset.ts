import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { VisiiError } from "../src/errors.ts";
import type { Image } from "../src/image/pixels.ts";
import { resize } from "../src/image/resize.ts";
import { type PairRecord, readMeta } from "./data/index.ts";
import { pairBytes, shardSize } from "./data/shards.ts";
import { size } from "./data/size.ts";

/** The pairs of a folder of shards, read from disk one by one as they are asked for. */
export class Pairs {
  readonly records: readonly PairRecord[];
  private readonly files: readonly number[];

  /** `resolution` is the side that pictures are brought to. Throws `VisiiError("input")` where the folder is not complete. */
  constructor(
    folder: string,
    private readonly resolution: number,
  ) {
    if (!Pairs.exist(folder)) {
      throw new VisiiError("input", `${folder}: there are no complete shards; make them with npm run train:data.`);
    }
    const { count } = readMeta(folder);
    const names = Array.from({ length: Math.ceil(count / shardSize) }, (_, i) =>
      join(folder, `pairs-${String(i).padStart(5, "0")}`),
    );
    this.records = names.flatMap((name) =>
      readFileSync(`${name}.jsonl`, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as PairRecord),
    );
    this.files = names.map((name) => openSync(`${name}.u8`, "r"));
  }

  static exist(folder: string): boolean {
    return existsSync(join(folder, "meta.json"));
  }

  get length(): number {
    return this.records.length;
  }

  picture(index: number, which: "before" | "after"): Image {
    const data = new Uint8Array(pairBytes / 2);
    const offset = (index % shardSize) * pairBytes + (which === "after" ? pairBytes / 2 : 0);
    readSync(this.files[Math.floor(index / shardSize)]!, data, 0, data.length, offset);
    const image = { width: size, height: size, data };
    return this.resolution === size ? image : resize(image, this.resolution, this.resolution, "lanczos");
  }

  close(): void {
    for (const file of this.files) closeSync(file);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Samples of equal size as one array, each made by `make`. */
export function stack(count: number, make: (i: number) => Float32Array): Float32Array {
  const samples = Array.from({ length: count }, (_, i) => make(i));
  const each = samples[0]!.length;
  const all = new Float32Array(count * each);
  for (const [i, sample] of samples.entries()) all.set(sample, i * each);
  return all;
}
