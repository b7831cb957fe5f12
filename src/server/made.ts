import { decodeCard, isCard } from "../core/card.ts";
import { settingsOf } from "../core/made.ts";
import { type Picture, PictureSettings } from "./schemas.ts";
import type { Library } from "./store/library.ts";
import { sha256 } from "./store/pictures.ts";

/** What a picture's file says of itself: how visii made it, as a request has it, and the library's instruction that made it, or that is in it. */
export async function madeBy(
  bytes: Uint8Array,
  library: Library,
): Promise<Pick<Picture, "settings" | "instruction" | "card">> {
  if (isCard(bytes)) {
    const { instruction } = await decodeCard(bytes, "The picture");
    return { settings: null, instruction: library.byHash(sha256(instruction))?.id ?? null, card: true };
  }
  const made = settingsOf(bytes);
  if (!made) return { settings: null, instruction: null, card: false };
  const instruction = made.instruction && library.byHash(made.instruction.hash)?.id;
  const { words, model } = made;
  const given = { ...made.settings, words, model: model.name || undefined, instruction };
  // The library allows more than a request does.
  const entries = Object.entries(PictureSettings.shape).flatMap(([name, schema]) => {
    const { success, data } = schema.safeParse(given[name as keyof typeof given]);
    return success && data !== undefined ? [[name, data] as const] : [];
  });
  const settings = Object.fromEntries(entries) as PictureSettings;
  return { settings, instruction: instruction ?? null, card: false };
}
