import { hasPngText, readPngText } from "../image/png-text.ts";
import type { Model } from "./model.ts";
import { SPLICES, type Splice } from "./prompt.ts";
import { type EditSettings, sanitisedEditSettings } from "./settings.ts";
import { SOFTWARE } from "./version.ts";

/** Where a picture comes from: what was done, by which words or instruction, to which file. */
export interface Origin {
  readonly command: "apply" | "edit";
  /** The learned instruction's file. */
  readonly instruction?: { readonly name: string; readonly hash: string };
  /** Of `edit`. */
  readonly words?: string;
  /** Words that joined the instruction, and how. */
  readonly with?: string;
  readonly splice?: string;
  readonly picture: { readonly name: string; readonly hash: string };
}

const KEYWORD = "visii";
/** Longest text that is looked at, and longest word in it, in characters: ours have some hundred. */
const [MOST_TEXT, MOST_WORD] = [20_000, 2000];

/** The text that goes into a PNG that was made: everything that a repetition needs, as JSON, by its keyword. */
export function madeText(
  { parts }: Model,
  { picture, ...origin }: Origin,
  settings: EditSettings,
): Readonly<Record<string, string>> {
  const { name, version, hash } = parts.identity;
  return {
    [KEYWORD]: JSON.stringify({ software: SOFTWARE, ...origin, model: { name, version, hash }, picture, settings }),
  };
}

/** How a picture was made, as far as its file says so. */
export interface Made {
  readonly command: "apply" | "edit";
  /** The learned instruction: its name, and the sha256 of its file. */
  readonly instruction?: { readonly name: string; readonly hash: string };
  /** The words: those of `edit`, or those that joined the instruction. */
  readonly words?: string;
  readonly splice?: Splice;
  readonly model: { readonly name: string; readonly version: string; readonly hash: string };
  /** What was edited. */
  readonly picture?: { readonly name: string; readonly hash: string };
  readonly settings: Partial<EditSettings>;
}

/**
 * Reads back what `visii apply` and `visii edit` write into a PNG: how it was made. The file may come from anywhere, so what is no setting, out of its
 * range or of the wrong kind is left out. Undefined for pictures that were not made so, and for what isn't a PNG; throws nothing.
 */
export function settingsOf(file: Uint8Array): Made | undefined {
  const text = hasPngText(file, KEYWORD) ? readPngText(file)[KEYWORD] : undefined;
  if (text === undefined || text.length > MOST_TEXT) return undefined;
  const made = parsed(text);
  const { command } = made;
  if (command !== "apply" && command !== "edit") return undefined;
  const words = word(command === "edit" ? made.words : made.with);
  const [instruction, picture] = [reference(made.instruction), reference(made.picture)];
  const { splice } = made;
  return {
    command,
    ...(command === "apply" && instruction && { instruction }),
    ...(words && { words }),
    ...(command === "apply" && SPLICES.includes(splice as Splice) && { splice: splice as Splice }),
    model: { name: field(made.model, "name"), version: field(made.model, "version"), hash: field(made.model, "hash") },
    ...(picture && { picture }),
    settings: sanitisedEditSettings(Object(made.settings) as Record<string, unknown>),
  };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Text as it may stand on a page: of a sane length, without control characters. */
function word(value: unknown): string {
  return typeof value === "string" && value.length <= MOST_WORD ? value.replace(/\p{Cc}+/gu, " ") : "";
}

function field(value: unknown, name: string): string {
  return word((Object(value) as Record<string, unknown>)[name]);
}

function reference(value: unknown): { readonly name: string; readonly hash: string } | undefined {
  const hash = field(value, "hash");
  return /^[0-9a-f]{64}$/.test(hash) ? { name: field(value, "name"), hash } : undefined;
}
