import { existsSync } from "node:fs";
import { type Exhibit, GALLERY, gallery } from "../core/node-gallery.ts";
import { VisiiError } from "../errors.ts";
import { nearest } from "./options.ts";

/** The exhibit of that name. Throws `VisiiError("input")` where there is none. */
export function exhibit(name: string, folder = GALLERY): Exhibit {
  const all = gallery(folder);
  const found = all.find((each) => each.name === name);
  if (found) return found;
  const near = nearest(
    name,
    all.map((each) => each.name),
  );
  const way = near ? `did you mean ${near}?` : "visii gallery lists what it has.";
  throw new VisiiError("input", `The gallery has no "${name}"; ${way}`, { name });
}

/** The file of an instruction that is named by its path or, where there is no such file, as in the gallery. */
export function instructionFile(named: string, folder = GALLERY): string {
  if (existsSync(named) || !/^[\w-]+$/.test(named)) return named;
  return exhibit(named, folder).instruction;
}
