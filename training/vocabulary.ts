/** A byte-pair vocabulary in CLIP's layout: bytes, bytes that end a word, merges, the two special tokens last. */

export interface BytePairs {
  /** Token → id. */
  readonly vocab: Readonly<Record<string, number>>;
  /** The text of `merges.txt`. */
  readonly merges: string;
}

const END = "</w>";

interface Word {
  pieces: string[];
  readonly times: number;
}

/**
 * Learns merges from the words of these texts, the most frequent pair first and of equals the first in the alphabet, until words are made of
 * `size` different pieces or no pair occurs `minFrequency` times.
 */
export function learnBytePairs(texts: Iterable<string>, size: number, minFrequency: number): BytePairs {
  const alphabet = byteAlphabet();
  const words = [...countWords(texts)].map(([word, times]): Word => {
    const bytes = [...new TextEncoder().encode(word)].map((byte) => alphabet[byte]!);
    return { pieces: [...bytes.slice(0, -1), bytes.at(-1)! + END], times };
  });
  const letters = new Set(words.flatMap(({ pieces }) => pieces)).size;
  const merges: [string, string][] = [];
  while (letters + merges.length < size) {
    const pair = mostFrequent(words, minFrequency);
    if (!pair) break;
    merges.push(pair);
    for (const word of words) word.pieces = merge(word.pieces, pair);
  }
  const bytes = listed(alphabet);
  const tokens = [...bytes, ...bytes.map((byte) => byte + END), ...merges.map((pair) => pair.join(""))];
  const all = [...tokens, "<|startoftext|>", "<|endoftext|>"];
  return {
    vocab: Object.fromEntries(all.map((token, id) => [token, id])),
    merges: `#version: 0.2\n${merges.map((pair) => `${pair.join(" ")}\n`).join("")}`,
  };
}

function countWords(texts: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const [word] of text.toLowerCase().matchAll(/\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/gu)) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  return counts;
}

function mostFrequent(words: readonly Word[], minFrequency: number): [string, string] | undefined {
  const counts = new Map<string, number>();
  for (const { pieces, times } of words) {
    for (let i = 0; i + 1 < pieces.length; i++) {
      const pair = `${pieces[i]} ${pieces[i + 1]}`;
      counts.set(pair, (counts.get(pair) ?? 0) + times);
    }
  }
  let best: string | undefined;
  for (const [pair, n] of counts) {
    const most = best === undefined ? 0 : counts.get(best)!;
    if (n < minFrequency) continue;
    if (n > most || (n === most && pair < best!)) best = pair;
  }
  return best?.split(" ") as [string, string] | undefined;
}

function merge(pieces: readonly string[], [left, right]: readonly [string, string]): string[] {
  const merged: string[] = [];
  for (let i = 0; i < pieces.length; i++) {
    const meets = pieces[i] === left && pieces[i + 1] === right;
    merged.push(meets ? left + right : pieces[i]!);
    if (meets) i++;
  }
  return merged;
}

const isPlain = (byte: number) => (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);

/** GPT-2's printable stand-ins for the 256 bytes, by byte. */
function byteAlphabet(): string[] {
  let spare = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPlain(byte) ? byte : spare++));
}

/** The alphabet in the order of CLIP's vocabulary: bytes that stand for themselves come first. */
function listed(alphabet: readonly string[]): string[] {
  const bytes = alphabet.map((_, byte) => byte);
  return [...bytes.filter(isPlain), ...bytes.filter((byte) => !isPlain(byte))].map((byte) => alphabet[byte]!);
}
