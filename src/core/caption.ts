import { VisiiError } from "../errors.ts";
import type { Image } from "../image/pixels.ts";
import { Generator } from "../rng/index.ts";
import type { ClipTokenizer } from "../tokenizer/index.ts";
import type { ClipEncoder } from "./clip.ts";
import { checkAborted } from "./sample.ts";
import { settle } from "./settings.ts";

/** How a caption is found: PEZ (hard prompts made easy), with its authors' numbers. */
export interface CaptionSettings {
  /** k, tokens of the caption: 1 to 75. @default 10, the paper's */
  readonly tokens: number;
  /** 1 to 100,000. @default 3000 */
  readonly steps: number;
  /** AdamW's learning rate. @default 0.1 */
  readonly lr: number;
  /** AdamW's weight decay. @default 0.1 */
  readonly weightDecay: number;
  /** Of the tokens to begin with. @default 0 */
  readonly seed: number;
  /**
   * Which tokens may stand in a caption. "words": those that come back when they are written down and read again, so that the caption's words mean what
   * was found. "all": pieces of words too, as the authors have it; what they are read as may differ. @default "words"
   */
  readonly vocabulary: "words" | "all";
}

export interface CaptionOptions extends Partial<CaptionSettings> {
  /** Stops between two steps; the promise then rejects with `VisiiError("aborted")`. */
  readonly signal?: AbortSignal;
  /** Called after every step with the tokens that it looked at, and their mean cosine to the pictures. */
  readonly onStep?: (step: {
    readonly step: number;
    readonly steps: number;
    readonly similarity: number;
    readonly ids: readonly number[];
  }) => void;
}

/** What pictures look like to CLIP, in words. */
export interface Caption {
  readonly words: string;
  readonly ids: readonly number[];
  /** Mean cosine of the caption and the pictures, −1 … 1. */
  readonly similarity: number;
}

export const PEZ: CaptionSettings = {
  tokens: 10,
  steps: 3000,
  lr: 0.1,
  weightDecay: 0.1,
  seed: 0,
  vocabulary: "words",
};

/**
 * Finds the real tokens whose text is nearest to the pictures: gradient descent over k embeddings, each of which is replaced by the nearest token's
 * wherever the text is looked at. Of all texts on the way the nearest one is the result. Throws `VisiiError`: `usage` for settings out of range,
 * `model` when the CLIP has no tokenizer or no such tokens.
 */
export async function caption(
  clip: ClipEncoder,
  pictures: readonly Image[],
  options: CaptionOptions = {},
): Promise<Caption> {
  const settings = settle(PEZ, options);
  if (pictures.length === 0) throw new VisiiError("usage", "There is no picture to find a caption for; name one.");
  const tokenizer = await clip.clip.tokenizer();
  let best: Omit<Caption, "words"> = { ids: [], similarity: Number.NEGATIVE_INFINITY };
  for await (const { step, similarity, ids } of search(clip, await meanFeatures(clip, pictures), settings)) {
    checkAborted(options.signal);
    if (similarity > best.similarity) best = { ids, similarity };
    options.onStep?.({ step, steps: settings.steps, similarity, ids });
  }
  return { ...best, words: tokenizer.decode(best.ids) };
}

/** What one step of the search looked at, and the continuous prompt [1, k, E] after it. */
interface Found {
  readonly step: number;
  readonly ids: readonly number[];
  readonly similarity: number;
  readonly prompt: Float32Array;
}

/** The search itself, for the pictures' mean embedding [1, P]. */
export async function* search(
  clip: ClipEncoder,
  features: Float32Array,
  { tokens, steps, lr, weightDecay, seed, vocabulary }: CaptionSettings,
): AsyncGenerator<Found> {
  const { config, name } = clip.clip;
  const most = config.text.positions - 2;
  if (tokens > most) {
    throw new VisiiError("usage", `A caption by ${name} has at most ${most} tokens, not ${tokens}; use fewer.`, {
      most,
    });
  }
  const tokenizer = await clip.clip.tokenizer();
  const candidates = candidatesOf(tokenizer, config.text.vocabulary, vocabulary);
  if (candidates.length === 0) throw new VisiiError("model", `${name}: its vocabulary has no token that is a word.`);
  const nearest = await projection(clip, tokens, candidates);
  const fixed = {
    start: await clip.embeddings([tokenizer.startId]),
    end: await clip.embeddings([tokenizer.endId]),
    features,
    lr: Float32Array.of(lr),
  };
  const first = new Generator(seed).randint(0, candidates.length, tokens);
  let prompt = await clip.embeddings([...first].map((i) => candidates[i]!)); // [1, k, E]
  let [m, v]: Float32Array[] = [new Float32Array(prompt.length), new Float32Array(prompt.length)];
  for (let step = 1; step <= steps; step++) {
    const ids = await nearest(prompt);
    const projected = await clip.embeddings(ids);
    const state = { ...fixed, projected, prompt, m, v, step: Float32Array.of(step) };
    const next = await clip.captionStep(tokens, weightDecay, state);
    [prompt, m, v] = [next.next_prompt, next.next_m, next.next_v];
    yield { step, ids, similarity: next.similarity[0]!, prompt };
  }
}

/** Finds the token nearest to each embedding, by cosine. */
async function projection(clip: ClipEncoder, tokens: number, candidates: readonly number[]) {
  const { vocabulary, width } = clip.clip.config.text;
  const table = await clip.clip.tokenTable();
  const allowed = new Set(candidates);
  const lengthOf = (id: number) => Math.hypot(...table.subarray(id * width, (id + 1) * width));
  const all = Array.from({ length: vocabulary }, (_, id) => id);
  const inverse_lengths = Float32Array.from(all, (id) => 1 / (lengthOf(id) || 1));
  const penalty = Float32Array.from(all, (id) => (allowed.has(id) ? 0 : -1e30));
  return async (prompt: Float32Array): Promise<number[]> => {
    const scores = await clip.nearestTokens(tokens, { prompt, inverse_lengths, penalty }); // [k, V]
    return Array.from({ length: tokens }, (_, row) =>
      largest(scores.subarray(row * vocabulary, (row + 1) * vocabulary)),
    );
  };
}

/** The tokens that may stand in a caption: special ones never. */
function candidatesOf(tokenizer: ClipTokenizer, vocabulary: number, kind: CaptionSettings["vocabulary"]): number[] {
  const special = new Set([tokenizer.startId, tokenizer.endId, tokenizer.padId]);
  const known = Array.from({ length: Math.min(vocabulary, tokenizer.vocabularySize) }, (_, id) => id).filter(
    (id) => tokenizer.token(id) !== undefined && !special.has(id),
  );
  return kind === "all" ? known : known.filter((id) => comesBack(tokenizer, id));
}

/** Whether a token, written down between two others, is read as itself. */
function comesBack(tokenizer: ClipTokenizer, id: number): boolean {
  if (!tokenizer.token(id)!.endsWith("</w>")) return false;
  const words = tokenizer.decode([id]);
  if (words === "") return false;
  const { ids, span } = tokenizer.encode(`${words} ${words}`);
  return span.end - span.start === 2 && ids[1] === BigInt(id) && ids[2] === BigInt(id);
}

/** [1, P]: the mean of the pictures' embeddings, each of length 1. Its product with a text is the mean of the cosines. */
async function meanFeatures(clip: ClipEncoder, pictures: readonly Image[]): Promise<Float32Array> {
  const sum = new Float32Array(clip.clip.config.projection);
  for (const picture of pictures) {
    for (const [i, x] of (await clip.imageEmbeds(picture)).entries()) sum[i]! += x / pictures.length;
  }
  return sum;
}

function largest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
