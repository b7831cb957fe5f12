import { heldOutSource, type Source } from "./concepts.ts";

/** Whose the drawings of a source are. */
export type Licence = {
  /** The source's own name. */
  readonly set: string;
  /** An npm development dependency, or where the stored pictures were taken from. */
  readonly package: string;
  /** As SPDX names it. */
  readonly licence: string;
  readonly attribution: string;
};

/** Only what leaves the weights free: no share-alike, no GPL. */
export const permitted: readonly string[] = [
  "Apache-2.0",
  "CC-BY-2.0",
  "CC-BY-3.0",
  "CC-BY-4.0",
  "CC0-1.0",
  "MIT",
  "public domain",
];

const iconify = (name: string): string => `@iconify-json/${name}`;
const google = "© Google Inc, https://github.com/googlefonts/noto-emoji";
const microsoft = "© Microsoft Corporation, https://github.com/microsoft/fluentui-emoji";

export const licences: Readonly<Record<Source, Licence>> = {
  noto: { set: "Noto Emoji", package: iconify("noto"), licence: "Apache-2.0", attribution: google },
  "noto-v1": { set: "Noto Emoji, version 1", package: iconify("noto-v1"), licence: "Apache-2.0", attribution: google },
  twemoji: {
    set: "Twemoji",
    package: iconify("twemoji"),
    licence: "CC-BY-4.0",
    attribution: "© Twitter, Inc and other contributors, https://github.com/jdecked/twemoji",
  },
  "fluent-emoji-flat": {
    set: "Fluent Emoji Flat",
    package: iconify("fluent-emoji-flat"),
    licence: "MIT",
    attribution: microsoft,
  },
  "fluent-emoji-3d": {
    set: "Fluent Emoji 3D",
    package: "@lobehub/fluent-emoji-3d",
    licence: "MIT",
    attribution: microsoft,
  },
  fxemoji: {
    set: "FxEmojis",
    package: iconify("fxemoji"),
    licence: "Apache-2.0",
    attribution: "© Mozilla, https://github.com/mozilla/fxemoji",
  },
  "game-icons": {
    set: "Game-icons.net",
    package: iconify("game-icons"),
    licence: "CC-BY-3.0",
    attribution: "© Lorc, Delapouite and contributors, https://game-icons.net",
  },
  "flat-color-icons": {
    set: "Flat Color Icons",
    package: iconify("flat-color-icons"),
    licence: "MIT",
    attribution: "© Icons8, https://github.com/icons8/flat-color-icons",
  },
  "streamline-kameleon-color": {
    set: "Kameleon Color",
    package: iconify("streamline-kameleon-color"),
    licence: "CC-BY-4.0",
    attribution: "© Streamline, https://streamlinehq.com",
  },
  lorelei: { set: "Lorelei", package: "@dicebear/lorelei", licence: "CC0-1.0", attribution: "Lisa Wischofsky" },
  notionists: { set: "Notionists", package: "@dicebear/notionists", licence: "CC0-1.0", attribution: "Zoish" },
  "open-peeps": {
    set: "Open Peeps",
    package: "@dicebear/open-peeps",
    licence: "CC0-1.0",
    attribution: "Pablo Stanley",
  },
  personas: {
    set: "Personas",
    package: "@dicebear/personas",
    licence: "CC-BY-4.0",
    attribution: "© Draftbit, https://personas.draftbit.com",
  },
  adventurer: {
    set: "Adventurer",
    package: "@dicebear/adventurer",
    licence: "CC-BY-4.0",
    attribution: "© Lisa Wischofsky",
  },
  openclipart: {
    set: "Open Clip Art Library",
    package: "pictures/clipart, of Debian's openclipart-png",
    licence: "public domain",
    attribution: "its contributors; a file's name carries the author's",
  },
  [heldOutSource]: {
    set: "Streamline Emojis",
    package: iconify("streamline-emojis"),
    licence: "CC-BY-4.0",
    attribution: "© Streamline, https://streamlinehq.com",
  },
};
