import { VisiiError } from "../errors.ts";

/** A token that is found in a text as it stands, before the text is split into words. */
export interface SpecialToken {
  readonly content: string;
  /** Looked for in the normalised (lower-case) text rather than in the text as it was written. */
  readonly normalized: boolean;
  /** Takes the white space to its left, or right, with it. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
}

/** What `tokenizer_config.json` and `special_tokens_map.json` say about a CLIP tokenizer. */
export interface ClipTokenizerConfig {
  readonly start: SpecialToken;
  readonly end: SpecialToken;
  readonly pad: SpecialToken;
  readonly unknown: SpecialToken;
  /** The number of ids that every text becomes, if the file says so. */
  readonly maxLength: number | undefined;
}

type Json = Readonly<Record<string, unknown>>;

const CLASSES = ["CLIPTokenizer", "CLIPTokenizerFast"];

/**
 * Reads the two objects, either of which may be missing: then CLIP's own special tokens hold. The map goes before the configuration,
 * unless the latter lists its tokens (`added_tokens_decoder`), as in transformers.
 * @throws {VisiiError} `model` when a value is not supported.
 */
export function parseTokenizerConfig(config: unknown = {}, specialTokensMap: unknown = {}): ClipTokenizerConfig {
  const file = object(config, "tokenizer_config.json");
  const map = object(specialTokensMap, "special_tokens_map.json");
  const name = file.tokenizer_class ?? CLASSES[0];
  if (!CLASSES.includes(String(name))) throw refusal(`tokenizer_class ${JSON.stringify(name)} is not supported`);
  if (file.do_lower_case === false) throw refusal("do_lower_case false is not supported");

  const listed =
    file.added_tokens_decoder === undefined ? undefined : object(file.added_tokens_decoder, "added tokens");
  const read = (key: string, fallback: string): SpecialToken => {
    const value = (listed === undefined ? map[key] : undefined) ?? file[key] ?? fallback;
    const properties =
      typeof value === "string" ? Object.values(listed ?? {}).find((t) => contentOf(t) === value) : value;
    return specialToken(properties ?? value, key);
  };
  return {
    start: read("bos_token", "<|startoftext|>"),
    end: read("eos_token", "<|endoftext|>"),
    pad: read("pad_token", "<|endoftext|>"),
    unknown: read("unk_token", "<|endoftext|>"),
    maxLength: lengthOf(file.model_max_length),
  };
}

function specialToken(value: unknown, key: string): SpecialToken {
  const content = typeof value === "string" ? value : contentOf(value);
  if (typeof content !== "string" || content === "") throw refusal(`${key} is not a token`);
  const { normalized, lstrip, rstrip, single_word } = typeof value === "string" ? ({} as Json) : (value as Json);
  if (single_word === true) throw refusal(`${key} with single_word is not supported`);
  return { content, normalized: normalized === true, lstrip: lstrip === true, rstrip: rstrip === true };
}

function contentOf(token: unknown): unknown {
  return typeof token === "object" && token !== null ? (token as Json).content : undefined;
}

/** transformers writes an astronomical number where there is no limit. */
function lengthOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 2 && value <= 1e6 ? value : undefined;
}

function object(value: unknown, what: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw refusal(`${what} is not an object`);
  return value as Json;
}

function refusal(what: string): VisiiError {
  return new VisiiError("model", `tokenizer: ${what}`);
}
