import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** All that is in a folder, by path: "file", or what a link says. Folders are left out. */
export function treeOf(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true })
    .map((path) => String(path))
    .sort();
  return Object.fromEntries(
    entries.flatMap((path) => {
      const info = lstatSync(join(folder, path));
      if (info.isDirectory()) return [];
      return [[path.replaceAll("\\", "/"), info.isSymbolicLink() ? readlinkSync(join(folder, path)) : "file"]];
    }),
  );
}
