/** A file's name without its ending. */
export function stem(name: string): string {
  return name.replace(/\.[^.]*$/, "");
}

/** A name that any file system takes. */
export function safeName(name: string): string {
  return name.replace(/[\p{Cc}\p{Cs}\\/:*?"<>|]/gu, "_").trim() || "picture";
}

/** `names` with " (2)" and so on where one is there already. */
export function distinct(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : name.replace(/(\.[^.]*)?$/, ` (${count})$1`);
  });
}
