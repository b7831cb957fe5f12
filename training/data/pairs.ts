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
