/** Words of state of the Mersenne Twister (n in its paper). */
export const MT_WORDS = 624;
const SHIFT = 397;
const UPPER = 0x80000000;
const LOWER = 0x7fffffff;
const MATRIX_A = 0x9908b0df;

/** The Mersenne Twister MT19937 with 32-bit output, seeded with Knuth's recurrence: the engine of PyTorch's CPU generator. */
export class Mt19937 {
  private constructor(
    readonly words: Uint32Array,
    private next: number,
  ) {}

  /** An engine seeded with an unsigned 32-bit number. */
  static seeded(seed: number): Mt19937 {
    const words = new Uint32Array(MT_WORDS);
    words[0] = seed;
    for (let i = 1; i < MT_WORDS; i++) {
      const previous = words[i - 1] ^ (words[i - 1] >>> 30);
      words[i] = Math.imul(1812433253, previous) + i;
    }
    return new Mt19937(words, MT_WORDS);
  }

  /** An engine that goes on from saved words and the position of the next word to be given out (0 to 624). */
  static resumed(words: Iterable<number>, position: number): Mt19937 {
    return new Mt19937(Uint32Array.from(words), position);
  }

  /** Which word comes next, 0 to 624; 624 means that the words are to be renewed first. */
  get position(): number {
    return this.next;
  }

  /** The next 32 random bits, as an unsigned integer. */
  uint32(): number {
    if (this.next === MT_WORDS) this.renew();
    let y = this.words[this.next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  private renew(): void {
    const { words } = this;
    for (let i = 0; i < MT_WORDS; i++) {
      const y = (words[i] & UPPER) | (words[(i + 1) % MT_WORDS] & LOWER);
      words[i] = words[(i + SHIFT) % MT_WORDS] ^ (y >>> 1) ^ (y & 1 ? MATRIX_A : 0);
    }
    this.next = 0;
  }
}
