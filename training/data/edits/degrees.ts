export const thickness = ["very thin", "thin", "thick", "very thick"] as const;

/** The word for a number, of words for equal parts of a range: 7 of 5 … 18 is "very thin". */
export function degree(value: number, low: number, high: number, words: readonly string[]): string {
  const part = Math.floor(((value - low) / (high - low)) * words.length);
  return words[Math.min(Math.max(part, 0), words.length - 1)]!;
}
