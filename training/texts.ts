import { input, toOnnx } from "../src/graph/index.ts";
import { type ClipTextConfig, clipText, tokenEmbedding } from "../src/models/index.ts";
import type { Runtime } from "../src/runtime/session.ts";
import type { ClipTokenizer } from "../src/tokenizer/index.ts";
import { float16ToFloat32, float32ToFloat16, type Scope } from "../src/weights/index.ts";

export interface TextEncoder {
  readonly config: ClipTextConfig;
  readonly scope: Scope;
  readonly tokenizer: ClipTokenizer;
}

const BATCH = 32;

/** The hidden states of every text, encoded once, kept as halves. */
export class Texts {
  private constructor(
    private readonly halves: Uint16Array, // [different texts, T, E]
    private readonly numbers: ReadonlyMap<string, number>,
    /** T · E */
    private readonly each: number,
  ) {}

  /** Encodes these texts and the empty one. */
  static async encode(texts: Iterable<string>, encoder: TextEncoder, runtime: Runtime): Promise<Texts> {
    const { config, scope, tokenizer } = encoder;
    const unique = [...new Set(["", ...texts])];
    const each = config.positions * config.width;
    const ids = input("ids", [BATCH, config.positions], "int64");
    const states = clipText(scope, config, tokenEmbedding(scope, config, ids)); // [N, T, E]
    await using session = await runtime.load(toOnnx({ states }));
    const halves = new Uint16Array(unique.length * each);
    for (let start = 0; start < unique.length; start += BATCH) {
      const batch = Array.from({ length: BATCH }, (_, i) => tokenizer.encode(unique[start + i] ?? "").ids);
      const data = BigInt64Array.from(batch.flatMap((row) => [...row]));
      const results = await session.run({ ids: { dtype: "int64", shape: ids.shape, data } });
      const count = Math.min(BATCH, unique.length - start);
      halves.set(float32ToFloat16((results.states!.data as Float32Array).subarray(0, count * each)), start * each);
    }
    return new Texts(halves, new Map(unique.map((text, i) => [text, i])), each);
  }

  /** [T, E] */
  of(text: string): Float32Array {
    const start = this.numbers.get(text)! * this.each;
    return float16ToFloat32(this.halves.subarray(start, start + this.each));
  }
}
