import { VisiiError } from "../errors.ts";
import { MT_WORDS, Mt19937 } from "./mt19937.ts";
import { boxMuller16 } from "./normal.ts";

/** Everything that a generator's future depends on; plain data, so that `JSON.stringify` keeps it exactly. */
export interface GeneratorState {
  /** The 624 unsigned 32-bit words of the Mersenne Twister. */
  readonly words: readonly number[];
  /** Which word comes next, 0 to 624. */
  readonly position: number;
  /** The second normal of a pair, drawn by a short `randn` and not given out yet. */
  readonly cachedNormal: number | null;
}

const SEED_MIN = -(2n ** 63n);
const SEED_MAX = 2n ** 64n - 1n;
const BLOCK = 16;

/**
 * Random numbers as `torch.Generator('cpu').manual_seed(seed)` gives them: the same integers, and normals that agree to 1e-6, so that
 * a seed means the same here and in PyTorch.
 */
export class Generator {
  private engine: Mt19937;
  private cachedNormal: number | null = null;

  /**
   * @param seed An integer from -2^63 to 2^64 - 1, as PyTorch takes it. Only its low 32 bits matter: that is how PyTorch seeds its engine.
   * @throws {VisiiError} `usage` when the seed is not such an integer.
   */
  constructor(seed: number | bigint) {
    this.engine = Mt19937.seeded(Number(BigInt.asUintN(32, seedBits(seed))));
  }

  /** 32 random bits, as an unsigned integer. */
  uint32(): number {
    return this.engine.uint32();
  }

  /** A number in [0, 1) with 24 random bits: what `torch.rand` gives for float32. */
  random24(): number {
    return (this.engine.uint32() & 0xffffff) / 0x1000000;
  }

  /** A number in [0, 1) with 53 random bits: what `torch.rand` gives for float64. */
  random53(): number {
    const high = this.engine.uint32() & 0x1fffff;
    return (high * 0x100000000 + this.engine.uint32()) / 0x20000000000000;
  }

  /** `size` numbers in [0, 1), as `torch.rand(size, generator=g)`. */
  uniform(size: number): Float32Array {
    return new Float32Array(sizeOf(size)).map(() => this.random24());
  }

  /** `size` integers in [low, high), as `torch.randint(low, high, (size,), generator=g)`; `high - low` is at most 2^28. */
  randint(low: number, high: number, size: number): Int32Array {
    const range = high - low;
    if (!Number.isInteger(low) || !Number.isInteger(high) || range < 1 || range > 2 ** 28) {
      throw new VisiiError("usage", `randint: expected integers low < high at most 2^28 apart, got ${low} and ${high}`);
    }
    return new Int32Array(sizeOf(size)).map(() => low + (this.engine.uint32() % range));
  }

  /**
   * `size` standard normals, as `torch.randn(size, generator=g)` for float32 on the CPU: from 16 on in blocks of 16 out of 24-bit
   * uniforms, below that one by one in double precision, the second of each pair kept for later.
   */
  randn(size: number): Float32Array {
    const out = new Float32Array(sizeOf(size));
    if (size < BLOCK) return out.map(() => this.scalarNormal());
    for (let i = 0; i < size; i++) out[i] = this.random24();
    for (let start = 0; start + BLOCK <= size; start += BLOCK) boxMuller16(out, start);
    if (size % BLOCK !== 0) {
      // PyTorch draws the last 16 anew rather than fill a part of a block.
      for (let i = size - BLOCK; i < size; i++) out[i] = this.random24();
      boxMuller16(out, size - BLOCK);
    }
    return out;
  }

  /** The numbers 0 … n-1 in a random order (Fisher and Yates, from the front), as `torch.randperm(n, generator=g)`. */
  shuffle(n: number): Int32Array {
    const order = Int32Array.from({ length: sizeOf(n) }, (_, i) => i);
    for (let i = 0; i < n - 1; i++) {
      const j = i + (this.engine.uint32() % (n - i));
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  /** All that is needed to go on later from here. */
  state(): GeneratorState {
    const { words, position } = this.engine;
    return { words: Array.from(words), position, cachedNormal: this.cachedNormal };
  }

  /**
   * A generator that goes on where `state()` was taken.
   * @throws {VisiiError} `input` when this is not such a state.
   */
  static fromState(state: GeneratorState): Generator {
    const { words, position, cachedNormal } = state;
    const isWord = (word: unknown) => Number.isInteger(word) && (word as number) >= 0 && (word as number) <= 0xffffffff;
    if (!Array.isArray(words) || words.length !== MT_WORDS || !words.every(isWord)) {
      throw new VisiiError("input", `random state: expected ${MT_WORDS} unsigned 32-bit words`);
    }
    if (!Number.isInteger(position) || position < 0 || position > MT_WORDS) {
      throw new VisiiError("input", `random state: expected a position from 0 to ${MT_WORDS}, got ${position}`);
    }
    if (cachedNormal !== null && !Number.isFinite(cachedNormal)) {
      throw new VisiiError("input", `random state: expected a cached normal or null, got ${cachedNormal}`);
    }
    const generator = new Generator(0);
    generator.engine = Mt19937.resumed(words, position);
    generator.cachedNormal = cachedNormal;
    return generator;
  }

  private scalarNormal(): number {
    if (this.cachedNormal !== null) {
      const cached = this.cachedNormal;
      this.cachedNormal = null;
      return cached;
    }
    const theta = 2 * Math.PI * this.random53();
    const radius = Math.sqrt(-2 * Math.log1p(-this.random53()));
    this.cachedNormal = radius * Math.sin(theta);
    return radius * Math.cos(theta);
  }
}

/** The seed as a big integer; throws `usage` when it is not an integer in PyTorch's range. */
export function seedBits(seed: number | bigint): bigint {
  const bits = typeof seed === "bigint" ? seed : Number.isSafeInteger(seed) ? BigInt(seed) : undefined;
  if (bits === undefined || bits < SEED_MIN || bits > SEED_MAX) {
    throw new VisiiError("usage", `seed: expected an integer from -2^63 to 2^64 - 1, got ${seed}`, {
      seed: String(seed),
    });
  }
  return bits;
}

function sizeOf(size: number): number {
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new VisiiError("usage", `random numbers: expected a count of 0 or more, got ${size}`);
  }
  return size;
}
