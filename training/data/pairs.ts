import { answer, anyRequest } from "./compose.ts";
import { anyConcept, type Split } from "./concepts.ts";
import type { Needs } from "./edits/index.ts";
import { places, seasons } from "./landscapes.ts";
import { mapStyles } from "./maps.ts";
import { type StoredPicture, storedPictures } from "./pictures.ts";
import { hash, Random } from "./random.ts";
import { landscapeScene, mapScene, photoScene, type Scene, scene } from "./scene.ts";
import type { Pair } from "./shards.ts";

const heldOutPhotos = 0.15;

/** Photographs are split as concepts are; those of the unseen source are the test's. */
export function photosOf(split: Split): readonly StoredPicture[] {
  return storedPictures("photo").filter(
    ({ file }) => hash("photo-split", file) / 2 ** 32 < heldOutPhotos === (split !== "train"),
  );
}

async function objectScene(split: Split, random: Random): Promise<Scene> {
  const concept = anyConcept(split, random);
  const source = random.pick([...concept.icons.keys()]);
  return scene(concept.name, source, random.int(0, 2 ** 31), photosOf(split));
}

// Seeds of drawn places and towns: even ones are trained on, odd ones are not.
const drawnSeed = (split: Split, random: Random): number => 2 * random.int(0, 2 ** 29) + (split === "train" ? 0 : 1);

/** A scene of the split that an edit with such needs can be seen in. */
export async function anyScene(split: Split, random: Random, needs?: Needs): Promise<Scene> {
  const kind = needs ?? random.weighted({ object: 0.74, photo: 0.12, landscape: 0.1, map: 0.04 });
  if (kind === "landscape") {
    const season = needs ? "summer" : random.pick(seasons);
    return landscapeScene(random.pick(places), season, drawnSeed(split, random));
  }
  if (kind === "map") return mapScene(random.pick(mapStyles), drawnSeed(split, random));
  return kind === "photo" ? photoScene(random.pick(photosOf(split)), random) : objectScene(split, random);
}

/** A pair whose after is its before: what the autoencoder learns from. */
export async function scenePair(split: Split, seed: number, index: number): Promise<Pair> {
  const { concept, source, pixels, caption } = await anyScene(split, new Random("scenes", split, seed, index));
  const record = { concept, source, edit: "none", family: "none", params: {}, codes: [], phrases: [], instruction: "" };
  return { before: pixels, after: pixels, record: { ...record, before: caption, after: caption } };
}

/** A pair to train on: a scene of the split, before and after an edit, or two, that can be seen in it; with `wide`, of the families without words. */
export async function editPair(split: Split, seed: number, index: number, wide = false): Promise<Pair> {
  const random = new Random(wide ? "wide pairs" : "pairs", split, seed, index);
  for (;;) {
    const request = anyRequest(random, wide);
    const before = await anyScene(split, random, request.needs);
    const after = answer(before, request);
    if (!after) continue;
    const { concept, source, pixels, caption } = before;
    const { edit, family, params, codes, phrases, instruction } = request;
    const asked = { edit, family, params, codes, phrases, instruction };
    return {
      before: pixels,
      after: after.pixels,
      record: { concept, source, ...asked, before: caption, after: after.caption },
    };
  }
}
