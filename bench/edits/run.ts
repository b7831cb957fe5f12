/** Edits the pictures of a task in every way that the table compares. */

import { applyColours, fitColours } from "../../src/baselines/index.ts";
import { fitToModel, restore } from "../../src/image/fit.ts";
import type { Image } from "../../src/image/pixels.ts";
import {
  apply,
  type EditSettings,
  edit,
  type Instruction,
  type LearnSettings,
  learn,
  type Model,
} from "../../src/index.ts";
import { errorRatio, meanSquaredError } from "../../src/metrics/index.ts";
import { hash } from "../../training/data/random.ts";
import { type Task, wrongTask } from "./choose.ts";
import type { Method, Store } from "./store.ts";

export interface Plan {
  readonly tasks: readonly Task[];
  readonly seed: number;
  /** How many single pairs are learned from, each for itself. */
  readonly singles: number;
  /** Whether an instruction is learned from four pairs together, too. */
  readonly four: boolean;
  readonly learn: Partial<LearnSettings>;
  readonly apply: Partial<EditSettings>;
}

/** One way of editing: the method, what it is given, and how a picture is edited. */
interface Way {
  readonly method: Method;
  readonly pair: number | null;
  readonly asked: string;
  /** Gets ready (learns, say) and returns the editing itself. */
  prepare(): Promise<(input: Image, truth: Image) => Promise<Image> | Image>;
}

/** Does what is missing in the store; yields the number of cases that are done after each of them, and of all. */
export async function* fill(model: Model, plan: Plan, store: Store): AsyncGenerator<{ done: number; of: number }> {
  const all = plan.tasks.flatMap((task) => waysOf(model, plan, store, task).map((way) => ({ task, way })));
  const of = all.reduce((sum, { task }) => sum + task.tests.length, 0);
  let done = 0;
  for (const { task, way } of all) {
    const { edit: name, family, heldOut } = task;
    const { method, pair, asked } = way;
    let editor: Awaited<ReturnType<Way["prepare"]>> | undefined;
    for (const [test, { before, after, concept }] of task.tests.entries()) {
      const key = { edit: name, method, pair, test };
      if (!store.find(key)) {
        editor ??= await way.prepare();
        const result = await editor(before, after);
        const [error, unedited] = [meanSquaredError(result, after), meanSquaredError(before, after)];
        await store.add(
          { ...key, family, heldOut, concept, asked, error, unedited, ratio: errorRatio(result, after, before) },
          result,
        );
      }
      yield { done: ++done, of };
    }
  }
}

function waysOf(model: Model, plan: Plan, store: Store, task: Task): Way[] {
  const numbers = Array.from({ length: plan.singles }, (_, pair) => pair);
  const learned = (from: Task, pairs: readonly number[]) => learnedFrom(model, plan, store, from, pairs);
  const byWords = async (words: string) => async (input: Image) => {
    const [result] = await edit(model, words, input, plan.apply);
    return result!;
  };
  const byInstruction = async (instruction: Promise<Instruction>) => {
    const ready = await instruction;
    return async (input: Image) => (await apply(model, ready, input, plan.apply))[0]!;
  };
  const single = { pair: null, asked: task.words };
  const other = wrongTask(task, plan.tasks, plan.seed);
  const wrongByWords = hash("wrong by words", task.edit, plan.seed) % 2 === 0;
  const wrong = other && {
    method: "wrong" as const,
    pair: null,
    asked: wrongByWords ? other.words : `(${other.edit})`,
    prepare: () => (wrongByWords ? byWords(other.words) : byInstruction(learned(other, [0]))),
  };
  return [
    { ...single, method: "floor", prepare: async () => (_, truth) => throughAutoencoder(model, truth) },
    { ...single, method: "text", prepare: () => byWords(task.words) },
    ...numbers.flatMap((pair): Way[] => {
      const { before, after } = task.pairs[pair]!;
      const given = { pair, asked: `(${task.edit})` };
      return [
        { ...given, method: "colours", prepare: async () => (input) => applyColours(fitColours(before, after), input) },
        { ...given, method: "one pair", prepare: () => byInstruction(learned(task, [pair])) },
      ];
    }),
    ...(plan.four
      ? [
          {
            method: "four pairs" as const,
            pair: null,
            asked: `(${task.edit})`,
            prepare: () => byInstruction(learned(task, [0, 1, 2, 3])),
          },
        ]
      : []),
    ...(wrong ? [wrong] : []),
  ];
}

function learnedFrom(
  model: Model,
  plan: Plan,
  store: Store,
  task: Task,
  pairs: readonly number[],
): Promise<Instruction> {
  const name = `${task.edit} ${pairs.join("")}`;
  const chosen = pairs.map((pair) => task.pairs[pair]!);
  return store.instruction(name, () => learn(model, { ...plan.learn, pairs: chosen }).result);
}

/** What the autoencoder alone makes of a picture: no edit can come nearer to the truth than about this. */
async function throughAutoencoder(model: Model, picture: Image): Promise<Image> {
  const { resolution } = model.parts.editDefaults;
  const fitted = fitToModel(picture, { resolution, multiple: model.multiple });
  return restore(await model.decode(await model.encode(fitted)), picture);
}
