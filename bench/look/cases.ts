/** The cases of a blind look, and among them decoys; all by seed, before any model has seen them. */
import { heldOutEdits, trainedEdits } from "../../training/data/index.ts";
import { Random } from "../../training/data/random.ts";
import { byTurns, isMeasurable, shuffled, type Task, taskOf } from "../edits/choose.ts";

/** A decoy shows the right example and truth, and as the result the input as it was, or what another edit's instruction gives. */
export type Kind = "case" | "copy" | "wrong edit";

export interface Item {
  /** "01" and so on: the sheet's name, which tells nothing. */
  readonly id: string;
  readonly kind: Kind;
  readonly task: Task;
  /** Whose instruction is applied; the task's own, but for a wrong edit. */
  readonly taught: Task;
}

/** `count` cases, half of them edits never trained on, and `decoys` more, shuffled. */
export async function draw(count: number, decoys: number, seed: number): Promise<Item[]> {
  const unseen = await judged(shuffled(heldOutEdits, seed), true, Math.ceil((count + decoys) / 2), seed);
  const known = await judged(byTurns(trainedEdits, seed), false, count + decoys - unseen.length, seed);
  const tasks = shuffled(
    [...unseen, ...known].map((task) => ({ name: `${task.edit} ${JSON.stringify(task.params)}`, task })),
    seed,
  ).map(({ task }) => task);
  const random = new Random("look", seed);
  const items = tasks.map((task, i): Omit<Item, "id"> => {
    if (i < count) return { kind: "case", task, taught: task };
    if (i % 2 === 0) return { kind: "copy", task, taught: task };
    const others = tasks.filter(({ family }) => family !== task.family);
    return { kind: "wrong edit", task, taught: random.pick(others) };
  });
  const order = items.map((item) => ({ item, at: random.next() })).sort((a, b) => a.at - b.at);
  return order.map(({ item }, i) => ({ id: String(i + 1).padStart(2, "0"), ...item }));
}

/** The first `count` edits that can be measured, one after the other, and again with other parameters where there are fewer kinds. */
async function judged(edits: Parameters<typeof taskOf>[0][], heldOut: boolean, count: number, seed: number) {
  const tasks: Task[] = [];
  for (let turn = 0; turn < 4 && tasks.length < count; turn++) {
    for (const edit of edits) {
      if (tasks.length === count) break;
      const task = await taskOf(edit, heldOut, { tests: 1, seed: seed + 1000 * turn });
      if (isMeasurable(task)) tasks.push(task);
    }
  }
  return tasks;
}
