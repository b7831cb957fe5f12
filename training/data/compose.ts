import { type Code, codeOf } from "./codes.ts";
import {
  type Edit,
  type Family,
  isHeldOutComposition,
  type Needs,
  type Params,
  trainedEdits,
  trainedLocalEdits,
  wideEdits,
  wideLocalEdits,
} from "./edits/index.ts";
import type { Random } from "./random.ts";
import { type Caption, captionText, type Scene } from "./scene.ts";
import { area } from "./size.ts";

/** New pixels [128, 128, 3] of the scene; the scene stays as it is. */
export function applyEdit(scene: Scene, edit: Edit, params: Params): Uint8Array {
  return edit.apply(scene, params);
}

/** The caption of the scene once it is edited. */
export function captionAfter(words: Caption, edit: Edit, params: Params): Caption {
  const extra = edit.extra?.(params);
  return {
    subject: words.subject,
    setting: edit.setting?.(params) ?? words.setting,
    extras: extra === undefined ? words.extras : [...words.extras, extra],
  };
}

/** Mean squared error of two pictures whose values are taken as 0..1. */
export function change(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < area * 3; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum / (area * 3 * 255 ** 2);
}

/** Below this mean squared error an edit can hardly be seen, and teaches badly. */
export const visible = 0.005;

/** A request drawn at random: one edit, everywhere or in a region, or two or three of different families, with words for it. */
export type Request = {
  readonly edit: string;
  readonly family: Family;
  readonly needs?: Needs | undefined;
  readonly params: Params;
  readonly codes: readonly Code[];
  /** Words for each of its edits; joined, they are the instruction. None where words can't say one of them. */
  readonly phrases: readonly string[];
  readonly instruction: string;
  readonly parts: readonly { readonly edit: Edit; readonly params: Params }[];
};

const shares = { one: 0.64, local: 0.14, two: 0.18, three: 0.04 } as const;
// What needs the object's own place comes first; what lies over the picture comes last.
const order: readonly Family[] = [
  "place",
  "background",
  "object",
  "thing",
  "style",
  "colour",
  "light",
  "overlay",
  "crop",
  "frame",
];

function pickInTurn(random: Random, count: number): readonly Edit[] {
  for (;;) {
    const edits = Array.from({ length: count }, () => random.pick(trainedEdits)).sort(
      (a, b) => order.indexOf(a.family) - order.indexOf(b.family),
    );
    const families = edits.map(({ family }) => family);
    if (new Set(families).size < count || families.some((family) => !order.includes(family))) continue;
    if (families.includes("place") && edits.some(({ needs, family }) => needs === "object" && family !== "place"))
      continue;
    if (edits.some((first, i) => edits.slice(i + 1).some((second) => isHeldOutComposition(first.name, second.name))))
      continue;
    return edits;
  }
}

const wideShares = { one: 0.45, local: 0.2, "known local": 0.15, two: 0.2 } as const;

// One that words can't say, perhaps in a region, or with one that they can; or a known one in a region, of which there are too few among the others.
function pickWide(random: Random): readonly Edit[] {
  const kind = random.weighted(wideShares);
  if (kind === "known local") return [random.pick(trainedLocalEdits)];
  if (kind === "local") return [random.pick(wideLocalEdits)];
  const edit = random.pick(wideEdits);
  if (kind === "one") return [edit];
  const others = trainedEdits.filter(({ family }) => order.includes(family) && family !== edit.family);
  return [edit, random.pick(others)].sort((a, b) => order.indexOf(a.family) - order.indexOf(b.family));
}

function pickKnown(random: Random): readonly Edit[] {
  const kind = random.weighted(shares);
  if (kind === "local") return [random.pick(trainedLocalEdits)];
  return pickInTurn(random, kind === "one" ? 1 : kind === "two" ? 2 : 3);
}

/** Draws what a training pair asks for: of what has words, or of the wide families that have none. */
export function anyRequest(random: Random, wide = false): Request {
  const parts = (wide ? pickWide(random) : pickKnown(random)).map((edit) => {
    const params = edit.sample(random);
    const phrases = edit.phrases(params);
    return { edit, params, phrase: phrases.length > 0 ? random.pick(phrases) : undefined };
  });
  const needs = parts.map(({ edit }) => edit.needs).find((each) => each !== undefined);
  const [first, ...more] = parts;
  const said = parts.flatMap(({ phrase }) => phrase ?? []);
  const phrases = said.length === parts.length ? said : [];
  return {
    edit: parts.map(({ edit }) => edit.name).join("+"),
    family: more.length > 0 ? "composition" : first!.edit.family,
    needs,
    params:
      more.length > 0 ? Object.fromEntries(parts.map(({ params }, i) => [`part${i + 1}`, params])) : first!.params,
    codes: parts.flatMap(({ edit, params }) => edit.codes?.(params) ?? [codeOf(edit.name, params)]),
    phrases,
    instruction: phrases.join(random.pick([" and ", ", and ", ", then "])),
    parts,
  };
}

/** The scene after a request, or undefined where one of its edits would hardly be seen. */
export function answer(scene: Scene, { parts }: Pick<Request, "parts">): Scene | undefined {
  let now = scene;
  for (const { edit, params } of parts) {
    if (edit.needs === "object" && !standsOut(scene.mask)) return undefined;
    const pixels = applyEdit(now, edit, params);
    if (change(now.pixels, pixels) < visible) return undefined;
    const words = captionAfter(now.words, edit, params);
    now = { ...now, pixels, words, caption: captionText(words) };
  }
  return change(scene.pixels, now.pixels) < visible || isFlat(now.pixels) ? undefined : now;
}

/** Whether next to nothing can be seen any more. */
function isFlat(pixels: Uint8Array): boolean {
  let [sum, squares] = [0, 0];
  for (const v of pixels) {
    sum += v;
    squares += v * v;
  }
  return squares / pixels.length - (sum / pixels.length) ** 2 < 36;
}

/** Whether there is an object, with something around it. */
function standsOut(mask: Uint8Array): boolean {
  const covered = mask.reduce((sum, v) => sum + v, 0) / (255 * area);
  return covered > 0.04 && covered < 0.85;
}
