import { readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";

/** A picture that is kept in this repository, with whose it is. */
export type StoredPicture = {
  /** Below `pictures/`. */
  readonly file: string;
  readonly kind: "photo" | "clipart";
  /** "a cat" */
  readonly words: string;
  readonly licence: string;
  readonly author: string;
  /** The package that it was taken from. */
  readonly source: string;
};

const folder = join(import.meta.dirname, "pictures");
let known: readonly StoredPicture[] | undefined;

export function storedPictures(kind: StoredPicture["kind"]): readonly StoredPicture[] {
  known ??= JSON.parse(readFileSync(join(folder, "pictures.json"), "utf8")) as StoredPicture[];
  return known.filter((picture) => picture.kind === kind);
}

/** The file's bytes. */
export const storedBytes = (file: string): Buffer => readFileSync(join(folder, file));

const decoded = new Map<string, Promise<{ data: Buffer; width: number; height: number }>>();

/** A square of a photograph, [side, side, 3]: `x` and `y` in 0..1 say where, `zoom` in 0..1 how much of the shorter side it shows. */
export async function photoCrop(
  file: string,
  side: number,
  crop: { x: number; y: number; zoom: number; flip: boolean },
): Promise<Uint8Array> {
  let whole = decoded.get(file);
  if (!whole) {
    whole = sharp(storedBytes(file))
      .toColourspace("srgb")
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
      .then(({ data, info }) => ({ data, width: info.width, height: info.height }));
    decoded.set(file, whole);
  }
  const { data, width, height } = await whole;
  const length = Math.round(Math.min(width, height) * crop.zoom);
  const left = Math.round(crop.x * (width - length));
  const top = Math.round(crop.y * (height - length));
  const cut = sharp(data, { raw: { width, height, channels: 3 } }).extract({
    left,
    top,
    width: length,
    height: length,
  });
  const flipped = crop.flip ? cut.flop() : cut;
  return new Uint8Array(await flipped.resize(side, side, { kernel: "lanczos3" }).raw().toBuffer());
}
