import { mediaType } from "../image/kind.ts";
import { readPngText } from "../image/node.ts";
import { type Picture, PictureSettings } from "./schemas.ts";
import type { Library } from "./store/library.ts";

/** Longest text that is looked at: one of ours has some hundred characters. */
const MOST_TEXT = 20_000;

/**
 * How a picture was made, if it is a PNG that says so: its settings as a request has them, and the library's instruction that made it. The text may come
 * from anywhere, so what is no setting, or out of its range, is left out.
 */
export function madeBy(bytes: Uint8Array, library: Library): Pick<Picture, "settings" | "instruction" | "card"> {
  const made = mediaType(bytes) === "image/png" ? parse(readPngText(bytes).visii) : undefined;
  if (!made) return { settings: null, instruction: null, card: false };
  const instruction = library.byHash(String(object(made.instruction).hash))?.id;
  const given = {
    ...object(made.settings),
    words: made.command === "apply" ? made.with : made.words,
    model: object(made.model).name,
    ...(instruction !== undefined && { instruction }),
  };
  return { settings: sanitised(given), instruction: instruction ?? null, card: false };
}

function parse(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined || text.length > MOST_TEXT) return undefined;
  try {
    const { command, ...made } = object(JSON.parse(text));
    return command === "apply" || command === "edit" ? { command, ...made } : undefined;
  } catch {
    return undefined;
  }
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function sanitised(given: Readonly<Record<string, unknown>>): PictureSettings {
  const entries = Object.entries(PictureSettings.shape).flatMap(([name, schema]) => {
    const { success, data } = schema.safeParse(given[name]);
    return success && data !== undefined ? [[name, data] as const] : [];
  });
  return Object.fromEntries(entries) as PictureSettings;
}
