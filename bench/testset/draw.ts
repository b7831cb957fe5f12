/** The edits of the test set, drawn from pictures that are kept out of training. */
import { answer } from "../../training/data/compose.ts";
import { type Edit, heldOutEdits, type Params, trainedEdits } from "../../training/data/index.ts";
import { anyScene } from "../../training/data/pairs.ts";
import { Random } from "../../training/data/random.ts";
import type { Scene } from "../../training/data/scene.ts";

/** Pairs of every edit: up to four to learn from, two to judge by. */
export const PAIRS = 6;

/** Scenes looked at before a draw counts as hopeless, per edit. */
const ATTEMPTS = 300;

/** Below this median mean squared error between before and after, what an autoencoder loses hides the edit. */
const MEASURABLE = 0.02;

export interface Asked {
  readonly edit: Edit;
  readonly params: Params;
}

export interface Shown {
  readonly before: Scene;
  readonly after: Scene;
  /** With the addition, too. */
  readonly both?: Scene;
}

/** One edit of the test set. */
export interface Drawn {
  readonly asked: Asked;
  readonly heldOut: boolean;
  /** Something more that words ask for: a composed case. */
  readonly addition?: Asked;
  readonly pairs: readonly Shown[];
}

/** `count` edits, of which `composed` have an addition: kinds in turns, those that no training text names first, with other parameters every time. */
export async function* draw(count: number, composed: number, seed: number): AsyncGenerator<Drawn> {
  const kinds = [...heldOutEdits, ...trainedEdits];
  const known = new Set<string>();
  let [made, additions] = [0, 0];
  for (let turn = 0; made < count; turn++) {
    if (turn > 50) throw new RangeError(`test set: only ${made} of ${count} edits can be measured`);
    for (const edit of kinds) {
      if (made === count) return;
      const random = new Random("test set", seed, turn, edit.name);
      const asked = { edit, params: edit.sample(random) };
      const name = `${edit.name} ${JSON.stringify(asked.params)}`;
      if (known.has(name)) continue;
      known.add(name);
      const addition = additions < composed ? pickAddition(edit, random) : undefined;
      const pairs = await pairsOf(asked, addition, random);
      if (!pairs) continue;
      made++;
      if (addition) additions++;
      yield { asked, heldOut: heldOutEdits.includes(edit), ...(addition && { addition }), pairs };
    }
  }
}

/** Families whose edits leave room for another, and those that can be added to them. */
const OPEN = ["style", "colour", "light"];
const ADDED = ["background", "overlay", "crop", "frame"];

function pickAddition(edit: Edit, random: Random): Asked | undefined {
  if (!OPEN.includes(edit.family)) return undefined;
  const added = random.pick(trainedEdits.filter(({ family }) => ADDED.includes(family)));
  return { edit: added, params: added.sample(random) };
}

/** Scenes that show the edit, and the addition, clearly; no concept twice. Undefined where there are too few. */
async function pairsOf(asked: Asked, addition: Asked | undefined, random: Random): Promise<Shown[] | undefined> {
  const found = new Map<string, Shown>();
  for (let attempt = 0; attempt < ATTEMPTS && found.size < PAIRS; attempt++) {
    const before = await anyScene("test", random);
    if (found.has(before.concept)) continue;
    const after = answer(before, { parts: [asked] });
    const both = after && addition && compose(before, asked, addition);
    if (!after || (addition && !both)) continue;
    found.set(before.concept, { before, after, ...(both && { both }) });
  }
  const errors = [...found.values()].map(({ before, after }) => difference(before, after)).sort((a, b) => a - b);
  return found.size === PAIRS && errors[PAIRS >> 1]! >= MEASURABLE ? [...found.values()] : undefined;
}

/** A new background lies below the edit; whatever else is added lies over it. */
function compose(scene: Scene, asked: Asked, addition: Asked): Scene | undefined {
  const parts = addition.edit.family === "background" ? [addition, asked] : [asked, addition];
  return answer(scene, { parts });
}

function difference(a: Scene, b: Scene): number {
  let sum = 0;
  for (let i = 0; i < a.pixels.length; i++) sum += (a.pixels[i]! - b.pixels[i]!) ** 2;
  return sum / (a.pixels.length * 255 ** 2);
}
