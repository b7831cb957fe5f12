import { answer } from "./compose.ts";
import type { Split } from "./concepts.ts";
import type { Edit, Params } from "./edits/index.ts";
import { anyScene } from "./pairs.ts";
import { Random } from "./random.ts";

/** One picture before and after an edit, [128, 128, 3] each. */
export type Example = {
  readonly concept: string;
  readonly source: string;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  /** Captions of the two. */
  readonly words: { readonly before: string; readonly after: string };
};

export type CaseOptions = {
  readonly edit: Edit;
  /** Whose concepts are shown. @default "test" */
  readonly split?: Split;
  /** How many pairs to learn from. @default 1 */
  readonly pairs?: number;
  /** How many pictures to judge on. @default 4 */
  readonly tests?: number;
  /** @default 1 */
  readonly seed?: number;
};

/** An edit with one set of parameters, shown in different pictures. */
export type Cases = {
  readonly edit: string;
  readonly params: Params;
  /** The edit's own words. */
  readonly instruction: string;
  /** The nearest words that training knows; the edit's own where it was trained on. */
  readonly nearestWords: string;
  readonly pairs: readonly Example[];
  readonly tests: readonly Example[];
};

const attempts = 200;

/**
 * Draws parameters once and then pictures in which the edit can be seen, no concept twice. A pure function of its
 * options. Throws where the split has too few concepts that show the edit.
 */
export async function cases(options: CaseOptions): Promise<Cases> {
  const { edit, split = "test", pairs = 1, tests = 4, seed = 1 } = options;
  const random = new Random("cases", edit.name, split, seed);
  const params = edit.sample(random);
  const instruction = edit.phrases(params)[0]!;
  const found = new Map<string, Example>();
  for (let attempt = 0; found.size < pairs + tests; attempt++) {
    if (attempt >= attempts) throw new RangeError(`cases: too few ${split} pictures show "${edit.name}"`);
    const scene = await anyScene(split, random, edit.needs);
    const after = found.has(scene.concept) ? undefined : answer(scene, { parts: [{ edit, params }] });
    if (!after) continue;
    const words = { before: scene.caption, after: after.caption };
    const { concept, source } = scene;
    found.set(concept, { concept, source, before: scene.pixels, after: after.pixels, words });
  }
  const examples = [...found.values()];
  const nearestWords = edit.nearestWords?.(params) ?? instruction;
  const shown = { pairs: examples.slice(0, pairs), tests: examples.slice(pairs) };
  return { edit: edit.name, params, instruction, nearestWords, ...shown };
}
