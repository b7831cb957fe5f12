export { applyColours, type ColourTransform, fitColours } from "./colours.ts";
export { type SdeditOptions, sdedit } from "./sdedit.ts";
