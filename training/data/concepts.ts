import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { storedPictures } from "./pictures.ts";
import { hash, type Random } from "./random.ts";

/** Sets of emoji: a concept of theirs is what at least two of them draw. */
const emojiSets = ["noto", "twemoji", "fluent-emoji-flat", "fxemoji", "noto-v1", "fluent-emoji-3d"] as const;
/** Sets that draw each thing once, in a hand of their own. */
const iconSets = ["game-icons", "flat-color-icons", "streamline-kameleon-color"] as const;
/** Faces and people, made of parts by seed. */
export const faceSets = ["lorelei", "notionists", "open-peeps", "personas", "adventurer"] as const;
/** Never trained on, whatever it draws. */
export const heldOutSource = "streamline-emojis";

export const sources = [...emojiSets, ...iconSets, ...faceSets, "openclipart", heldOutSource] as const;
export type Source = (typeof sources)[number];
/** What is trained on, concepts that are not, and a hand that is not. */
export type Split = "train" | "test" | "unseen-source";
export type FaceSet = (typeof faceSets)[number];

/** One thing that can be drawn, and the name of its icon in each source that has one. */
export type Concept = {
  readonly name: string;
  /** With its article: "an owl". */
  readonly caption: string;
  readonly icons: ReadonlyMap<Source, string>;
  readonly split: Split;
};

type IconSet = {
  readonly icons: Record<string, { body: string; left?: number; top?: number; width?: number; height?: number }>;
  readonly left?: number;
  readonly top?: number;
  readonly width?: number;
  readonly height?: number;
};

const require = createRequire(import.meta.url);
const loaded = new Map<string, IconSet>();

function iconSet(source: string): IconSet {
  let set = loaded.get(source);
  if (!set) {
    set = JSON.parse(readFileSync(require.resolve(`@iconify-json/${source}/icons.json`), "utf8")) as IconSet;
    loaded.set(source, set);
  }
  return set;
}

/** The icon as a stand-alone SVG document whose longer side is `size` pixels. */
export function iconSvg(source: Source, icon: string, size: number): string {
  const set = iconSet(source);
  const own = set.icons[icon];
  if (!own) throw new RangeError(`icon: ${source} has no "${icon}"`);
  const width = own.width ?? set.width ?? 16;
  const height = own.height ?? set.height ?? 16;
  const scale = size / Math.max(width, height);
  const box = `${own.left ?? set.left ?? 0} ${own.top ?? set.top ?? 0} ${width} ${height}`;
  const shape = `width="${width * scale}" height="${height * scale}" viewBox="${box}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${shape}>${own.body}</svg>`;
}

// Variants, lettering, arrows and signs are no things; groups of people differ only in details too small for 128 pixels.
const notThings = [
  /skin-tone|-(light|medium|dark|medium-light|medium-dark)$|tone\d|^flag|-flags?$|keycap|clock|thirty|oclock/,
  /button|letter|digit|regional|sign$|arrow|symbol|japanese|input|capital|circled|zodiac|-latin-|banknote$/,
  /^(man|woman|men|women|people|person|couple|kiss|family|mx|mrs|busts?)(-|$)|holding|facing|wheelchair|white-cane/,
  /squared?$|hair\b|haired$|beard|bald|tag-|^no-|-room$|-mark$|asterisk|loop$|^(up|down|left|right|soon|top|back|end|on)$/,
  /^(capricorn|taurus|leo|virgo|aries|gemini|cancer|libra|scorpi.*|sagittarius|aquarius|pisces|ophiuchus)$/,
  /^(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)$|pointing|medal$|^pregnant|^breast|^deaf/,
  /^(minus|plus|divide|multiply|infinity|om|khanda|registered|information|prohibited|part-alternation-mark|wireless)$/,
  /^(customs|passport-control|baggage-claim|left-luggage|potable-water|non-potable-water|children-crossing|restroom)$/,
  /^(antenna-bars|vibration-mode|mobile-phone-off|water-closet|wavy-dash|atm-sign|hundred-points|zzz|place-of-worship)$/,
  /^(middle-finger|bikini|briefs|cigarette|dagger|bomb|coffin|drop-of-blood|syringe|thong-sandal|pile-of-poo|kaaba)$/,
  /^(star-and-crescent|star-of-david|orthodox-cross|dotted-six-pointed-star|wheel-of-dharma|yin-yang|hindu-temple)$/,
  /^(locked|unlocked|copyright|construction|love-hotel|dashing-away|dizzy|high-voltage|landslide|hole|link|cooking)$/,
  /(orange|yellow|green|blue|purple|brown|black|white|grey|pink|red)-(heart|circle|book|exclamation)$|-suit$|moon-face$/,
  /^(heart-|beating|growing|mending|revolving|smiling-face-with|grinning-face-with|face-with|airplane-|speaker-)/,
  /^(rolling-on|palms-up|head-shaking|pouring|eye-in|mountain-|card-|chart-|check-|mans-|womans-|waning|locked-with)/,
  // Full-bleed landscapes have no background of their own to edit.
  /^(sunrise|sunset|sunrise-over-mountains|cityscape.*|milky-way|foggy|night-with-stars|bridge-at-night|national-park)$/,
  /^(desert|desert-island|derelict-house|building-construction|light-rail|suspension-railway|horse-racing|window)$/,
  /^(fireworks|sparkler|map-of-japan|camping|beach-with-umbrella|mount-fuji|moon-viewing-ceremony|framed-picture)$/,
  /^(flower-playing-cards|joker|mahjong.*|motorway|railway-track|stadium|cinema|currency-exchange|splatter)$/,
];

const massNouns =
  /\b(bacon|bread|butter|cooked rice|curry rice|custard|fog|ice|salt|spaghetti|popcorn|french fries|coral|wood|confetti|soap|dna|golf|yarn|thread|ice hockey|field hockey|tennis|badminton|lacrosse|bowling|ping pong|sushi|dango|oden|rock|glass of milk|film frames|garlic|leafy green|fire|tropical drink|canned food|green salad|pot of food|shaved ice|soft ice cream|cut of meat|performing arts|money with wings)$/;
const countable = /\b(glass of milk|pot of food|tropical drink|cut of meat|rock|leafy green|green salad|shaved ice)$/;

/** "an owl", "a red apple", "grapes", "french fries". */
export function withArticle(name: string): string {
  const words = name.replaceAll("-", " ");
  if (massNouns.test(words) && !countable.test(words)) return words;
  const lastWord = words.split(/ (?:with|in|on|of|and|without|behind) /)[0]!;
  if (/[^su]s$/.test(lastWord) && !/(bus|lens|iris|cactus|tennis|hibiscus)$/.test(lastWord)) return words;
  const vowel = /^([aeio]|u(?!ni|ti|s))|^x ray|^hour/.test(words) && !/^(one|eu|ewe)/.test(words);
  return `${vowel ? "an" : "a"} ${words}`;
}

const heldOutShare = 0.07;
const splitSeed = "tiny-7";

// Kin are split together: the red and the green apple, the cat and the cat's face.
function kin(name: string): string {
  const words = name.replace(/-(face|\d+)$/, "").split(/-(?:with|in|on|of|and|without|behind)-/)[0]!;
  return words.split("-").at(-1)!;
}

function splitOf(name: string): Split {
  return hash(splitSeed, kin(name)) / 2 ** 32 < heldOutShare ? "test" : "train";
}

/** fluent-emoji-3d names its files by code points; Noto's list says what they are. */
function renderings(): Map<string, string> {
  const folder = dirname(require.resolve("@lobehub/fluent-emoji-3d/package.json"));
  const files = new Set(readdirSync(join(folder, "assets")));
  const names = require("@iconify-json/noto/chars.json") as Record<string, string>;
  return new Map(
    Object.entries(names).flatMap(([code, name]) =>
      [`${code}.webp`, `${code}-fe0f.webp`]
        .filter((file) => files.has(file))
        .map((file) => [name, join(folder, "assets", file)] as const),
    ),
  );
}

let rendered: ReadonlyMap<string, string> | undefined;

/** The file of a 3-D rendering. Throws a RangeError where there is none of that name. */
export function renderingFile(name: string): string {
  rendered ??= renderings();
  const file = rendered.get(name);
  if (!file) throw new RangeError(`icon: fluent-emoji-3d has no "${name}"`);
  return file;
}

const isThing = (icon: string): boolean => !notThings.some((pattern) => pattern.test(icon));

function emoji(): Concept[] {
  const byKey = new Map<string, Map<Source, string>>();
  const seen = new Set<string>();
  const add = (source: Source, icon: string) => {
    // fxemoji writes "redapple" where the others write "red-apple".
    const key = icon.replaceAll("-", "");
    if (!byKey.has(key)) byKey.set(key, new Map());
    byKey.get(key)!.set(source, icon);
  };
  for (const source of emojiSets) {
    if (source === "fluent-emoji-3d") {
      rendered ??= renderings();
      for (const icon of rendered.keys()) if (isThing(icon)) add(source, icon);
      continue;
    }
    for (const [icon, { body }] of Object.entries(iconSet(source).icons)) {
      if (!isThing(icon) || seen.has(body) || body.includes("currentColor")) continue;
      seen.add(body);
      add(source, icon);
    }
  }
  return [...byKey.values()]
    .filter((icons) => icons.size >= 2)
    .map((icons) => {
      const name = [...icons.values()][0]!;
      return { name, caption: withArticle(name), icons, split: splitOf(name) };
    });
}

const abstract = /^(abstract|dice|card|plain|perspective|domino|d\d|.*-meeple|sud|vote|\d)|-(duo|flat)$/;

// Each drawing is a concept; its name says whose it is, and kin of a held-out thing is held out here too.
function single(source: Source, icons: Iterable<string>): Concept[] {
  return [...icons]
    .filter((icon) => isThing(icon) && !abstract.test(icon))
    .map((icon) => ({
      name: `${source}/${icon}`,
      caption: withArticle(icon.replace(/-\d+$/, "")),
      icons: new Map([[source, icon]]),
      split: source === heldOutSource ? "unseen-source" : splitOf(icon),
    }));
}

const facesPerSet = 80;

function faces(): Concept[] {
  return faceSets.flatMap((source) =>
    Array.from({ length: facesPerSet }, (_, i): Concept => {
      const icon = `${source}-${i}`;
      return { name: `${source}/${i}`, caption: "a person", icons: new Map([[source, icon]]), split: splitOf(icon) };
    }),
  );
}

function clipArt(): Concept[] {
  return storedPictures("clipart").map(({ file, words }): Concept => {
    const name = file.replace(/^.*\/|\.webp$/g, "");
    const thing = name.split("_")[0]!;
    return {
      name: `openclipart/${name}`,
      caption: words,
      icons: new Map([["openclipart", file]]),
      split: splitOf(thing),
    };
  });
}

function collect(): ReadonlyMap<string, Concept> {
  const all = [
    ...emoji(),
    ...[...iconSets, heldOutSource].flatMap((source) => single(source as Source, Object.keys(iconSet(source).icons))),
    ...faces(),
    ...clipArt(),
  ];
  return new Map(all.sort((a, b) => (a.name < b.name ? -1 : 1)).map((concept) => [concept.name, concept]));
}

let everything: ReadonlyMap<string, Concept> | undefined;
const bySplit = new Map<Split, readonly Concept[]>();

/** The concepts of a split, in the order of their names; no concept is in two. */
export function concepts(split: Split): readonly Concept[] {
  let found = bySplit.get(split);
  if (!found) {
    everything ??= collect();
    found = [...everything.values()].filter((concept) => concept.split === split);
    bySplit.set(split, found);
  }
  return found;
}

/** The concept of that name. Throws a RangeError where there is none. */
export function conceptNamed(name: string): Concept {
  everything ??= collect();
  const concept = everything.get(name);
  if (!concept) throw new RangeError(`concept: none is named "${name}"`);
  return concept;
}

let weighted: ReadonlyMap<Split, readonly (readonly Concept[])[]> | undefined;

/** A concept of the split; emoji half the time, since they are drawn by several hands, the other kinds of sets alike. */
export function anyConcept(split: Split, random: Random): Concept {
  weighted ??= new Map(
    (["train", "test", "unseen-source"] as const).map((each) => {
      const groups = new Map<string, Concept[]>();
      for (const concept of concepts(each)) {
        const group =
          concept.icons.size > 1
            ? "emoji"
            : faceSets.some((set) => concept.icons.has(set))
              ? "faces"
              : [...concept.icons.keys()][0]!;
        const members = groups.get(group);
        if (members) members.push(concept);
        else groups.set(group, [concept]);
      }
      return [each, [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, members]) => members)] as const;
    }),
  );
  const groups = weighted.get(split)!;
  const largest = groups.reduce((a, b) => (b.some(({ icons }) => icons.size > 1) ? b : a));
  return random.pick(random.chance(0.5) ? largest : random.pick(groups));
}
