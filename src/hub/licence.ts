import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The licence that a model's card (`README.md`, or `MODEL_CARD.md`) names in its front matter, such as `mit`; where that is `other`, the name that
 * it is given there. Undefined if there is no card, or it does not say.
 */
export function licenceOf(folder: string): string | undefined {
  const card = ["README.md", "MODEL_CARD.md"].map((name) => join(folder, name)).find((path) => existsSync(path));
  const head = card && /^\uFEFF?---\r?\n(.*?)\r?\n---\s*$/ms.exec(readFileSync(card, "utf8"))?.[1];
  if (!head) return undefined;
  const licence = field(head, "license");
  return licence === "other" ? (field(head, "license_name") ?? licence) : licence;
}

/** A field of the front matter: a word, or a list (of which each is a line that begins with a dash). */
function field(head: string, name: string): string | undefined {
  const [, inline = "", list = ""] = new RegExp(`^${name}:[ \\t]*(.*)((?:\\r?\\n[ \\t]*-.*)*)`, "m").exec(head) ?? [];
  const words = inline.trim() ? inline.replace(/^\[|\]$/g, "").split(",") : list.split("\n");
  const clean = words.map((word) => word.replace(/^[\s-]+|\s+$/g, "").replace(/^(["'])(.*)\1$/, "$2"));
  return clean.filter(Boolean).join(", ") || undefined;
}
