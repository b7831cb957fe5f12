import { hash } from "../random.ts";
import { backgroundEdits } from "./background.ts";
import { colourEdits } from "./colour.ts";
import { drawingEdits } from "./drawing.ts";
import type { Edit } from "./edit.ts";
import { effectEdits } from "./effect.ts";
import { frameEdits } from "./frame.ts";
import { gradeEdits } from "./grade.ts";
import { alwaysHeldOut, nearest } from "./held-out.ts";
import { lightEdits } from "./light.ts";
import { materialEdits } from "./material.ts";
import { objectEdits } from "./object.ts";
import { overlayEdits } from "./overlay.ts";
import { paintingEdits } from "./painting.ts";
import { placeEdits } from "./place.ts";
import { localEdit, regions } from "./region.ts";
import { styleEdits } from "./style.ts";
import { thingEdits } from "./thing.ts";
import { wideEdits } from "./wide.ts";
import { wornEdits } from "./worn.ts";

export type { Edit, Family, Needs, Params, Picture } from "./edit.ts";
export { wideEdits } from "./wide.ts";

/** Kinds that version 2 of the model was trained on; what is held out is drawn from the others, so that the two can be compared. */
const before: readonly Edit[] = [
  ...colourEdits,
  ...lightEdits,
  ...styleEdits,
  ...objectEdits,
  ...overlayEdits,
  ...frameEdits.slice(0, 7),
  ...backgroundEdits.slice(0, 6),
];
const since: readonly Edit[] = [
  ...gradeEdits,
  ...drawingEdits,
  ...paintingEdits,
  ...effectEdits,
  ...wornEdits,
  ...thingEdits,
  ...materialEdits,
  ...frameEdits.slice(7),
  ...backgroundEdits.slice(6),
  ...placeEdits,
];

const seed = "tiny-3";
const rank = (name: string): number => hash("held-out edit", seed, name) / 2 ** 32;

const heldOutNames = new Set(
  since
    .filter(({ family }) => family !== "place")
    .toSorted((a, b) => rank(a.name) - rank(b.name))
    .slice(0, 8)
    .map(({ name }) => name),
);

/** Every kind of edit that training shows, by itself. */
export const trainedEdits: readonly Edit[] = [...before, ...since].filter(({ name }) => !heldOutNames.has(name));

const pointwise = trainedEdits.filter(
  ({ family, name }) =>
    ["colour", "light", "style"].includes(family) && !["fog", "vignette", "spotlight"].includes(name),
);
const locals = regions.flatMap((where) => pointwise.map((inner) => localEdit(inner, where)));

/** Of regions and edits, about one combination in ten is never trained on. */
export const trainedLocalEdits: readonly Edit[] = locals.filter(({ name }) => rank(name) >= 0.1);
const heldOutLocal = locals.filter(({ name }) => rank(name) < 0.1).toSorted((a, b) => rank(a.name) - rank(b.name));

/** The wide families in regions. */
export const wideLocalEdits: readonly Edit[] = regions.flatMap((where) =>
  wideEdits.map((inner) => localEdit(inner, where)),
);

/** Of two edits in turn, whether their combination is never trained on. */
export function isHeldOutComposition(first: string, second: string): boolean {
  return (
    (first === "grey" && trainedEdits.some(({ name, family }) => name === second && family === "frame")) ||
    rank(`${first}+${second}`) < 0.06
  );
}

/** Edits that training never shows: kinds, colours, regions and compositions. */
export const heldOutEdits: readonly Edit[] = [
  ...alwaysHeldOut,
  ...since
    .filter(({ name }) => heldOutNames.has(name))
    .map((edit): Edit => ({ ...edit, nearestWords: nearest(edit.name) })),
  ...heldOutLocal.slice(0, 3),
];
