import type { Edit, Family, Params } from "./edits/index.ts";
import { trainedEdits } from "./edits/index.ts";
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

/** A request drawn at random: one edit, or two of different families, with words for it. */
export type Request = {
  readonly edit: string;
  readonly family: Family;
  readonly params: Params;
  readonly instruction: string;
  readonly parts: readonly { readonly edit: Edit; readonly params: Params }[];
};

const compositionShare = 0.18;
// What needs the object's own place comes first; what lies over the picture comes last.
const order: readonly Family[] = ["background", "object", "style", "colour", "light", "overlay", "crop", "frame"];

const isHeldOut = (first: Edit, second: Edit): boolean => first.name === "grey" && second.family === "frame";

function pickPair(random: Random): readonly [Edit, Edit] {
  for (;;) {
    const [a, b] = [random.pick(trainedEdits), random.pick(trainedEdits)];
    const [first, second] = order.indexOf(a.family) <= order.indexOf(b.family) ? [a, b] : [b, a];
    if (first.family !== second.family && !isHeldOut(first, second)) return [first, second];
  }
}

/** Draws what a training pair asks for; 18 % are compositions. */
export function anyRequest(random: Random): Request {
  const composed = random.chance(compositionShare);
  const parts = (composed ? pickPair(random) : [random.pick(trainedEdits)]).map((edit) => {
    const params = edit.sample(random);
    return { edit, params, phrase: random.pick(edit.phrases(params)) };
  });
  return {
    edit: parts.map(({ edit }) => edit.name).join("+"),
    family: composed ? "composition" : parts[0]!.edit.family,
    params: composed ? { first: parts[0]!.params, second: parts[1]!.params } : parts[0]!.params,
    instruction: parts.map(({ phrase }) => phrase).join(" and "),
    parts,
  };
}

/** The scene after a request, or undefined where one of its edits would hardly be seen. */
export function answer(scene: Scene, { parts }: Pick<Request, "parts">): Scene | undefined {
  let now = scene;
  for (const { edit, params } of parts) {
    const pixels = applyEdit(now, edit, params);
    if (change(now.pixels, pixels) < visible) return undefined;
    const words = captionAfter(now.words, edit, params);
    now = { ...now, pixels, words, caption: captionText(words) };
  }
  return change(scene.pixels, now.pixels) < visible ? undefined : now;
}
