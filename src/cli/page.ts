import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { VisiiError } from "../errors.ts";

/** The studio's page, as it is built. Throws `VisiiError("io")` where there is none. */
export async function findPage(folder = resolve(import.meta.dirname, "..", "..", "dist", "studio")): Promise<string> {
  if (existsSync(join(folder, "index.html"))) return folder;
  throw new VisiiError("io", `The studio's page is not in ${folder}.`, { folder });
}
