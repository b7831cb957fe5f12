import { type Noiser, validationPlan } from "./learn-plan.ts";
import type { Model } from "./model.ts";
import type { EncodedPairs } from "./pairs.ts";
import type { SoftWords } from "./parts.ts";
import type { PromptEmbeds } from "./prompt.ts";
import { checkAborted } from "./sample.ts";
import type { LearnSettings } from "./settings.ts";

/** Where learning may begin: a point of the soft words, and the words for it if it is an instruction that the model knows. */
export interface Start {
  readonly point: Float32Array;
  readonly words?: string;
}

export interface CandidateOptions {
  /** Called with how many were tried, of how many. */
  readonly onCandidate?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** How many are looked at together. */
export const CANDIDATES_AT_ONCE = 32;

/**
 * Zero, and of instructions that the model knows, evenly chosen among all, the one that explains the pairs best: the lowest error of one prediction for each
 * pair. Without steps to try them in, only the better of the two; zero alone where no candidates are asked for or known. `around` is what their rows stand in. Throws `VisiiError("aborted")` by the signal.
 */
export async function likelyStarts(
  model: Model,
  words: SoftWords,
  settings: LearnSettings,
  pairs: EncodedPairs,
  noiser: Noiser,
  around: PromptEmbeds,
  { onCandidate, signal }: CandidateOptions,
): Promise<Start[]> {
  const { known, width } = words.config;
  const zero: Start = { point: new Float32Array(width) };
  const count = Math.min(settings.candidates - 1, known.length);
  if (count < 1) return [zero];
  const total = 1 + count;
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * known.length) / count));
  const candidates = [zero.point, ...chosen.map((i) => words.known.slice(i * width, (i + 1) * width))];
  const looks = validationPlan({ ...settings, validation: pairs.after.length }, pairs.after.length, noiser.timesteps);
  const errors = new Float64Array(total);
  for (let first = 0; first < total; first += CANDIDATES_AT_ONCE) {
    const points = new Float32Array(CANDIDATES_AT_ONCE * width); // [N, D]
    for (let i = 0; i < CANDIDATES_AT_ONCE; i++) points.set(candidates[(first + i) % total]!, i * width);
    for (const look of looks) {
      checkAborted(signal);
      const feeds = { ...noiser.validation([look]), points, prompt_embeds: around.data };
      const found = await model.rank(words, pairs.after[0]!, CANDIDATES_AT_ONCE, feeds);
      for (let i = first; i < Math.min(total, first + CANDIDATES_AT_ONCE); i++) errors[i]! += found[i - first]!;
    }
    onCandidate?.(Math.min(total, first + CANDIDATES_AT_ONCE), total);
  }
  const best = errors.indexOf(Math.min(...errors.subarray(1)), 1);
  const nearest: Start = { point: candidates[best]!, words: known[chosen[best - 1]!]! };
  if (settings.trialSteps > 0) return [zero, nearest];
  return [errors[best]! < errors[0]! ? nearest : zero];
}
