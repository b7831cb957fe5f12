import { batch } from "@preact/signals";
import { examplePair } from "../examples.ts";
import { type Item, takeExample, takeFiles } from "../state/intake.ts";
import { complain, toast } from "../state/say.ts";
import { pairUp } from "./pair-up.ts";
import { addOne, addPair, blank, drafts, fill, name, type Slot, unclear } from "./state.ts";

/** Files for one place; more than one are told apart by their names. */
export async function teachInto(index: number, slot: Slot, files: readonly File[]): Promise<void> {
  if (files.length > 1) return teachFrom(files);
  const [item] = (await takeFiles(files)).pictures;
  if (item) fill(index, slot, itemOf(item));
}

/** Files from anywhere on the page. */
export async function teachFrom(files: readonly File[]): Promise<void> {
  const items = (await takeFiles(files)).pictures.map(itemOf);
  const { pairs, rest } = pairUp(items);
  batch(() => {
    for (const pair of pairs) addPair(pair);
    if (rest.length === 2 && rest[0]!.id !== rest[1]!.id) unclear.value = [rest[0]!, rest[1]!];
    else for (const item of rest) addOne(item);
  });
  if (rest.length > 2)
    toast("Their names don't say which is before and which after: please look, and swap where it's wrong.");
}

/** The example's pair, with a name. */
export async function teachExample(): Promise<void> {
  try {
    const before = await takeExample({ name: "hook.png", url: examplePair.before });
    const after = await takeExample({ name: "hook in pastel.png", url: examplePair.after });
    if (blank.value) drafts.value = [{ before, after }];
    else addPair({ before, after });
    if (name.value === "") name.value = "Soft pastel";
  } catch (error) {
    complain(error);
  }
}

function itemOf({ id, name, width, height }: Item): Item {
  return { id, name, width, height };
}
