import { VisiiError } from "../../errors.ts";
import { readImage } from "../../image/node.ts";
import { crop, type Image } from "../../image/pixels.ts";

/** A picture in a file, or one half of it. */
export interface PictureFile {
  readonly path: string;
  readonly half?: "left" | "right";
}

/** A picture before and after an edit, in files. */
export interface PairFile {
  /** Its name within the edit. */
  readonly id: string;
  readonly before: PictureFile;
  readonly after: PictureFile;
  readonly captionBefore?: string;
  readonly captionAfter?: string;
  /** With what the edit's `addition` asks for, too: the truth of a hybrid instruction. */
  readonly both?: PictureFile;
  readonly captionBoth?: string;
}

/** One edit, shown by several pairs. */
export interface EditFiles {
  readonly id: string;
  /** What it is called in words. */
  readonly instruction?: string;
  /** Words that ask for something more: composed cases for hybrid instructions. */
  readonly addition?: string;
  /** In the order of their names. */
  readonly pairs: readonly PairFile[];
}

/** What is wrong with a dataset, and where: one sentence. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** An edit that has not been read yet. */
export interface Entry {
  readonly id: string;
  /** Reads it; adds what is broken to `problems` and leaves that out. */
  load(problems: Problem[]): Promise<EditFiles>;
}

export const LAYOUTS = ["instruct-pix2pix", "pairs", "side-by-side", "manifest"] as const;
export type Layout = (typeof LAYOUTS)[number];

/** A dataset by its table of contents. */
export interface DatasetIndex {
  readonly layout: Layout;
  readonly entries: readonly Entry[];
}

/** Reads a picture. Throws `VisiiError("input")` where it can't be read. */
export async function readPicture({ path, half }: PictureFile): Promise<Image> {
  const image = await readImage(path);
  if (!half) return image;
  const width = image.width >> 1;
  if (width === 0) throw new VisiiError("input", `${path} is too narrow to hold two pictures side by side.`, { path });
  return crop(image, half === "left" ? 0 : image.width - width, 0, width, image.height);
}
