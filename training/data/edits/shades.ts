import { anyColour, type Colour, type Rgb } from "../colours.ts";
import type { Random } from "../random.ts";

/** A colour that stands out. */
export const bright = (random: Random): Colour => anyColour(random, ["black", "charcoal", "grey", "beige", "silver"]);

/** The same, darker: `share` of its light. */
export const dark = ({ rgb }: Colour, share: number): Rgb => rgb.map((v) => v * share) as unknown as Rgb;

/** Colours of paper. */
export const papers = ["white", "cream", "beige", "peach", "mint", "silver", "lavender", "sky blue"];
