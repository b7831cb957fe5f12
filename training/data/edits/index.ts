import { backgroundEdits } from "./background.ts";
import { colourEdits } from "./colour.ts";
import type { Edit } from "./edit.ts";
import { frameEdits } from "./frame.ts";
import { lightEdits } from "./light.ts";
import { objectEdits } from "./object.ts";
import { overlayEdits } from "./overlay.ts";
import { styleEdits } from "./style.ts";

export type { Edit, Family, Params, Picture } from "./edit.ts";
export { heldOutEdits } from "./held-out.ts";

/** Every kind of edit that training shows. */
export const trainedEdits: readonly Edit[] = [
  ...backgroundEdits,
  ...objectEdits,
  ...styleEdits,
  ...colourEdits,
  ...lightEdits,
  ...overlayEdits,
  ...frameEdits,
];
