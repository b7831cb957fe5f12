import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { VisiiError } from "../errors.ts";

/** Comes with the program: learned instructions, each with the pair that it was learned from. */
export const GALLERY = resolve(import.meta.dirname, "..", "..", "gallery");

/** One instruction of the gallery. */
export interface Exhibit {
  /** By which it is called: "woodcut". */
  readonly name: string;
  /** What it does, as one would ask for it. */
  readonly words: string;
  /** What the pair shows, and whose drawing that is. */
  readonly shows: string;
  /** Files of the instruction and of the pair. */
  readonly instruction: string;
  readonly before: string;
  readonly after: string;
}

/** All that is in the gallery, in its own order. Throws `VisiiError("input")` where the folder has none. */
export function gallery(folder = GALLERY): Exhibit[] {
  const index = join(folder, "gallery.json");
  if (!existsSync(index)) {
    const message = "There is no gallery in this copy of visii; `npm run train:gallery` learns one.";
    throw new VisiiError("input", message, { folder });
  }
  const list = JSON.parse(readFileSync(index, "utf8")) as Pick<Exhibit, "name" | "words" | "shows">[];
  return list.map((each) => {
    const file = (end: string) => join(folder, each.name, end);
    return {
      ...each,
      instruction: file("instruction.safetensors"),
      before: file("before.png"),
      after: file("after.png"),
    };
  });
}
