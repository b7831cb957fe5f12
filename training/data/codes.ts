import type { Params } from "./edits/index.ts";

/** An edit's parameters as numbers. Equal keys have values of equal meaning and number. */
export type Code = {
  /** The edit's name, and what of its parameters is a word. */
  readonly key: string;
  readonly values: readonly number[];
};

/** A colour counts as its three values, an angle as its cosine and sine; words go into the key; lists count one by one. */
export function codeOf(name: string, params: Params): Code {
  const words: string[] = [name];
  const values: number[] = [];
  const visit = (value: unknown, name = ""): void => {
    if (typeof value === "number" && name === "angle") values.push(Math.cos(value), Math.sin(value));
    else if (typeof value === "number") values.push(value);
    else if (typeof value === "boolean") values.push(value ? 1 : 0);
    else if (typeof value === "string") words.push(value);
    else if (Array.isArray(value)) for (const each of value) visit(each);
    else if (typeof value === "object" && value !== null) {
      if ("rgb" in value) visit(value.rgb);
      else for (const [key, each] of Object.entries(value)) visit(each, key);
    }
  };
  visit(params);
  return { key: words.join("|"), values };
}
