import { VisiiError } from "../errors.ts";

/** Rows of c_T between the start and the end token, `<ins>`: from `start` (1) up to and without `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A text, or a learned instruction, as the UNet takes it. */
export interface PromptEmbeds {
  /** [1, T, E], row by row. */
  readonly data: Float32Array;
  /** T */
  readonly tokens: number;
  /** E */
  readonly width: number;
  readonly span: Span;
}

/**
 * "No words": k commas. An empty prompt has no rows to learn; a comma means next to nothing, is one token in every CLIP vocabulary, and leaves
 * the frozen padding rows as near to those of the empty prompt as k tokens allow.
 */
export function neutralWords(tokens: number): string {
  return Array(tokens).fill(",").join(" ");
}

/** How a learned instruction and words go together. */
export const SPLICES = ["authors", "direct", "turns"] as const;
export type Splice = (typeof SPLICES)[number];

/**
 * What a hybrid instruction applies, in this order. "turns": the learned instruction, and then the words to what it has made; else both at once, as
 * `joinPrompts` joins them. Throws as that does.
 */
export function hybridPrompts(learned: PromptEmbeds, words: PromptEmbeds, splice: Splice): PromptEmbeds[] {
  return splice === "turns" ? [learned, words] : [joinPrompts(learned, words, splice)];
}

/**
 * A hybrid instruction (paper, figures 1, 4b and 12): learned rows and the words' rows in one c_T.
 *
 * "authors": the learned rows keep their end row and one padding row; from there on stand the words' rows, their start row included, their end
 * row not. "direct": the words' rows stand right behind `<ins>`, with their own end row and padding.
 *
 * Throws `VisiiError("usage")` when both don't fit into T rows.
 */
export function joinPrompts(
  learned: PromptEmbeds,
  words: PromptEmbeds,
  splice: Exclude<Splice, "turns">,
): PromptEmbeds {
  const { tokens, width, span } = learned;
  const at = splice === "authors" ? span.end + 2 : span.end;
  const from = splice === "authors" ? 0 : words.span.start;
  const needed = at + words.span.end - from + (splice === "authors" ? 0 : 1);
  if (needed > tokens) {
    const message = `The instruction (${span.end - span.start} tokens) and the words (${words.span.end - words.span.start} tokens) do not fit into ${tokens} rows together; use fewer words.`;
    throw new VisiiError("usage", message, { needed, tokens });
  }
  const data = learned.data.slice();
  const until = splice === "authors" ? words.span.end : Math.min(tokens, from + tokens - at);
  data.set(words.data.subarray(from * width, until * width), at * width);
  const end = at + words.span.end - from;
  return { data, tokens, width, span: { start: span.start, end } };
}

/** The way from `nothing` to `prompt`, or beyond: nothing + strength · (prompt − nothing). */
export function scalePrompt(prompt: PromptEmbeds, nothing: PromptEmbeds, strength: number): PromptEmbeds {
  if (strength === 1) return prompt;
  return { ...prompt, data: prompt.data.map((x, i) => nothing.data[i]! + strength * (x - nothing.data[i]!)) };
}
