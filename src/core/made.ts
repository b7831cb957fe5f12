import type { Model } from "./model.ts";
import type { EditSettings } from "./settings.ts";
import { SOFTWARE } from "./version.ts";

/** Where a picture comes from: what was done, by which words or instruction, to which file. */
export interface Origin {
  readonly command: "apply" | "edit";
  /** The learned instruction's file. */
  readonly instruction?: { readonly name: string; readonly hash: string };
  /** Of `edit`. */
  readonly words?: string;
  /** Words that joined the instruction, and how. */
  readonly with?: string;
  readonly splice?: string;
  readonly picture: { readonly name: string; readonly hash: string };
}

/** The text that goes into a PNG that was made: everything that a repetition needs, as JSON, by its keyword. */
export function madeText(
  { parts }: Model,
  { picture, ...origin }: Origin,
  settings: EditSettings,
): Readonly<Record<string, string>> {
  const { name, version, hash } = parts.identity;
  return {
    visii: JSON.stringify({ software: SOFTWARE, ...origin, model: { name, version, hash }, picture, settings }),
  };
}
