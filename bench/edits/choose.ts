/** Which edits are judged, on which pictures, and which instruction is the wrong one; all by seed. */

import { groupBy, median } from "../../src/eval/statistics.ts";
import type { Image } from "../../src/image/pixels.ts";
import { meanSquaredError } from "../../src/metrics/index.ts";
import { type Cases, cases, type Edit, type Example, type Params } from "../../training/data/index.ts";
import { hash } from "../../training/data/random.ts";
import { size } from "../../training/data/size.ts";

/** Pairs that every edit has, whether all are used or not, so that the pictures it is judged on stay the same. */
export const PAIRS = 4;

/** Below this mean squared error between input and truth, what the autoencoder loses is most of the ratio. */
const MEASURABLE = 0.02;

export interface Shown {
  readonly before: Image;
  readonly after: Image;
  readonly concept: string;
}

/** An edit with its parameters, pairs to learn from and pictures to be judged on, none of which training saw. */
export interface Task {
  readonly edit: string;
  readonly family: string;
  readonly heldOut: boolean;
  readonly params: Params;
  /** The edit's own words, or the nearest that training knows where it was held out. */
  readonly words: string;
  readonly pairs: readonly Shown[];
  readonly tests: readonly Shown[];
}

/** In an order decided by the seed. */
export function shuffled<T extends { readonly name: string }>(items: readonly T[], seed: number): T[] {
  const place = new Map(items.map((item) => [item, hash("order", item.name, seed)]));
  return items.toSorted((a, b) => place.get(a)! - place.get(b)!);
}

/** The edits in turns by family, so that the first few of them are of as many families as there are. */
export function byTurns<T extends { readonly name: string; readonly family: string }>(
  items: readonly T[],
  seed: number,
): T[] {
  const families = groupBy(shuffled(items, seed), ({ family }) => family);
  const turns = [...families.values()].flatMap((members) => members.map((item, turn) => ({ item, turn })));
  return turns.toSorted((a, b) => a.turn - b.turn).map(({ item }) => item);
}

/** The first `count` trained edits, in turns by family, whose change is large enough to be measured. */
export async function chooseTrained(
  edits: readonly Edit[],
  count: number,
  settings: { readonly tests: number; readonly seed: number },
): Promise<Task[]> {
  const tasks: Task[] = [];
  for (const edit of byTurns(edits, settings.seed)) {
    if (tasks.length === count) break;
    const task = await taskOf(edit, false, settings);
    if (isMeasurable(task)) tasks.push(task);
  }
  return tasks;
}

/** Whether the edit changes its pairs enough for the ratio to mean something. */
export function isMeasurable({ pairs }: Task): boolean {
  return median(pairs.map(({ before, after }) => meanSquaredError(before, after)))! >= MEASURABLE;
}

/** The pictures of an edit; more tests leave the first ones as they are. */
export async function taskOf(
  edit: Edit,
  heldOut: boolean,
  { tests, seed }: { readonly tests: number; readonly seed: number },
): Promise<Task> {
  const found: Cases = await cases({ edit, split: "test", pairs: PAIRS, tests, seed });
  return {
    edit: edit.name,
    family: edit.family,
    heldOut,
    params: found.params,
    words: found.nearestWords,
    pairs: found.pairs.map(shown),
    tests: found.tests.map(shown),
  };
}

function shown({ before, after, concept }: Example): Shown {
  const image = (data: Uint8Array): Image => ({ width: size, height: size, data });
  return { before: image(before), after: image(after), concept };
}

/** Another task, of another family if there is one: what it asks for is wrong here. Undefined where there is no other. */
export function wrongTask<T extends { readonly edit: string; readonly family: string }>(
  task: T,
  tasks: readonly T[],
  seed: number,
): T | undefined {
  const others = tasks.filter(({ edit }) => edit !== task.edit);
  const strangers = others.filter(({ family }) => family !== task.family);
  const candidates = strangers.length > 0 ? strangers : others;
  return candidates[hash("wrong", task.edit, seed) % candidates.length];
}
