import type { CardFace } from "../card.ts";
import { layoutCard } from "../card.ts";
import type { Tile } from "../paper.ts";
import type { Image } from "../pixels.ts";
import { draw } from "./sheet.ts";

/** Draws an edit card, and tells where its two pictures stand. The same card gives the same pixels. */
export async function renderCard(face: CardFace): Promise<{ image: Image; before: Tile; after: Tile }> {
  const { inter } = await import("./lettering.ts");
  const layout = layoutCard(face, inter);
  const [before, after] = layout.tiles as [Tile, Tile];
  return { image: await draw(layout), before, after };
}
