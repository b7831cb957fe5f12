/** The same place, drawn in another way: seasons of a landscape, a town as a map or from the air. */
import { paintLandscape, type Season } from "../landscapes.ts";
import { type MapStyle, paintMap } from "../maps.ts";
import { define, type Edit } from "./edit.ts";

const season = (name: string, to: Season, words: string, phrases: readonly string[]): Edit =>
  define<{ to: Season }>({
    name,
    family: "place",
    needs: "landscape",
    sample: () => ({ to }),
    phrases: () => phrases,
    setting: () => words,
    apply: ({ pixels, origin }) =>
      origin.kind === "landscape" ? paintLandscape(origin.place, to, origin.seed).pixels : pixels,
  });

const map = (name: string, to: MapStyle, words: string, phrases: readonly string[]): Edit =>
  define<{ to: MapStyle }>({
    name,
    family: "place",
    needs: "map",
    sample: () => ({ to }),
    phrases: () => phrases,
    extra: () => words,
    apply: ({ pixels, origin }) => (origin.kind === "map" ? paintMap(to, origin.seed) : pixels),
  });

export const placeEdits: readonly Edit[] = [
  season("landscape in winter", "winter", "in winter", ["make the landscape wintry", "show the place in winter"]),
  season("landscape in autumn", "autumn", "in autumn", ["make it autumn", "show the place in autumn"]),
  season("landscape at night", "night", "at night", [
    "show the place at night, with lit windows",
    "let the stars come out over the place",
  ]),
  season("landscape at sunset", "sunset", "at sunset", [
    "show the place at sunset",
    "let the sun go down over the place",
  ]),
  map("map to aerial photo", "aerial", "as an aerial photo", [
    "turn the map into an aerial photo",
    "show the town from the air",
  ]),
  map("aerial photo to map", "roadmap", "as a road map", [
    "turn the aerial photo into a map",
    "draw the town as a road map",
  ]),
];
