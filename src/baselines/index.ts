export { applyColours, type ColourTransform, fitColours } from "./colours.ts";
