import { answer, anyRequest } from "./compose.ts";
import { concepts, type Split } from "./concepts.ts";
import { Random } from "./random.ts";
import { type Scene, scene } from "./scene.ts";
import type { Pair } from "./shards.ts";

/** A scene of the split, every concept and each of its sources equally likely. */
export function anyScene(split: Split, random: Random): Promise<Scene> {
  const concept = random.pick(concepts(split));
  return scene(concept.name, random.pick([...concept.icons.keys()]), random.int(0, 2 ** 31));
}

/** A pair whose after is its before: what the autoencoder learns from. */
export async function scenePair(split: Split, seed: number, index: number): Promise<Pair> {
  const { concept, source, pixels, caption } = await anyScene(split, new Random("scenes", split, seed, index));
  const record = { concept, source, edit: "none", family: "none", params: {}, instruction: "" };
  return { before: pixels, after: pixels, record: { ...record, before: caption, after: caption } };
}

/** A pair to train on: a scene of the split, before and after an edit, or two, that can be seen in it. */
export async function editPair(split: Split, seed: number, index: number): Promise<Pair> {
  const random = new Random("pairs", split, seed, index);
  for (;;) {
    const request = anyRequest(random);
    const before = await anyScene(split, random);
    const after = answer(before, request);
    if (!after) continue;
    const { concept, source, pixels, caption } = before;
    const { edit, family, params, instruction } = request;
    const record = { concept, source, edit, family, params, instruction, before: caption, after: after.caption };
    return { before: pixels, after: after.pixels, record };
  }
}
