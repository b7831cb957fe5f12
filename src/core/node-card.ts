import { renderCard } from "../image/node/card.ts";
import { decodeImage, encodeImage } from "../image/node.ts";
import { crop, type Image } from "../image/pixels.ts";
import { decodeCard, encodeCard, type Frame } from "./card.ts";
import { Instruction } from "./instruction.ts";
import type { Pair } from "./pairs.ts";

export interface CardOptions extends Pair {
  /** What the edit is called: the words on the card. */
  readonly name: string;
}

/**
 * Makes an edit card, the bytes of a PNG file: it shows the two pictures and the name, and carries the instruction, the bytes of a `.safetensors` file.
 * The same arguments give the same bytes.
 *
 * @throws VisiiError `instruction` if it is none.
 */
export async function makeCard(
  instruction: Uint8Array,
  { name, before, after }: CardOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { model } = (await Instruction.parse(instruction, name)).provenance;
  const note = ["made with visii", [model.name, model.version].filter(Boolean).join(" ")].filter(Boolean).join(" · ");
  const drawn = await renderCard({ name, note, before, after });
  const frame = ({ left, top, width, height }: Frame): Frame => ({ left, top, width, height });
  const frames = { before: frame(drawn.before), after: frame(drawn.after) };
  return encodeCard(await encodeImage(drawn.image, "png"), { instruction: new Uint8Array(instruction), name, frames });
}

/** The two pictures that an edit card shows; undefined if it doesn't say where they stand. Throws as `decodeCard` and `decodeImage` do. */
export async function cardPictures(card: Uint8Array, name: string): Promise<Pair | undefined> {
  const { frames } = await decodeCard(card, name);
  if (!frames) return undefined;
  const image = await decodeImage(card, name);
  const cut = ({ left, top, width, height }: Frame): Image => crop(image, left, top, width, height);
  return { before: cut(frames.before), after: cut(frames.after) };
}
