import { Tokenizer } from "@huggingface/tokenizers";
import { VisiiError } from "../errors.ts";
import { type ClipTokenizerConfig, parseTokenizerConfig, type SpecialToken } from "./special_tokens.ts";
import { parseVocabulary, type Vocabulary } from "./vocabulary.ts";

/** The contents of a tokenizer folder: JSON files parsed, `merges.txt` as its text. */
export interface TokenizerFiles {
  /** `vocab.json` */
  readonly vocab: unknown;
  /** `merges.txt` */
  readonly merges: string;
  /** `tokenizer_config.json` */
  readonly config?: unknown;
  /** `special_tokens_map.json` */
  readonly specialTokensMap?: unknown;
}

/** A text as the text encoder takes it. */
export interface EncodedText {
  /** [maxLength]: start token, the text's tokens, end token, padding. */
  readonly ids: BigInt64Array;
  /** The text's tokens are `ids[start] … ids[end - 1]`: start is 1, end is where the first end token stands. */
  readonly span: { readonly start: number; readonly end: number };
  /** Whether the text was too long and lost its end. */
  readonly truncated: boolean;
}

/** What is used of `@huggingface/tokenizers`, whose own types don't resolve under Node's module rules. */
interface Backend {
  normalizer: (text: string) => string;
  encode(text: string, options: { add_special_tokens: boolean }): { readonly ids: number[] };
  decode(ids: number[], options: { skip_special_tokens: boolean; clean_up_tokenization_spaces: boolean }): string;
  id_to_token(id: number): string | undefined;
}

// CLIP's words, then those of GPT-2's byte-level splitting, which takes the first ones apart once more ("<|x|>").
const CLIP_WORDS = String.raw`<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`;
const GPT2_WORDS = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

/** CLIP's byte-pair tokenizer, giving the ids that transformers' `CLIPTokenizer` gives. */
export class ClipTokenizer {
  /** The number of ids of every text; 77 for CLIP's own models. */
  readonly maxLength: number;
  /** One more than the largest id: the rows of the token embedding. */
  readonly vocabularySize: number;
  readonly startId: number;
  readonly endId: number;
  readonly padId: number;
  private readonly backend: Backend;

  /**
   * @param maxLength Taken where the folder does not say `model_max_length`, at least 2. @default 77, CLIP's own
   * @throws {VisiiError} `model` when the files don't fit together or ask for what is not supported.
   */
  constructor(files: TokenizerFiles, { maxLength = 77 }: { readonly maxLength?: number } = {}) {
    const config = parseTokenizerConfig(files.config, files.specialTokensMap);
    const vocabulary = parseVocabulary(files.vocab, files.merges);
    this.maxLength = config.maxLength ?? maxLength;
    this.vocabularySize = Object.values(vocabulary.ids).reduce((a, b) => Math.max(a, b)) + 1;
    this.startId = idOf(vocabulary, config.start);
    this.endId = idOf(vocabulary, config.end);
    this.padId = idOf(vocabulary, config.pad);
    this.backend = new Tokenizer(tokenizerJson(vocabulary, config), {}) as Backend;
    this.backend.normalizer = normalize;
  }

  /** The ids of a text, cut or padded to `maxLength`. */
  encode(text: string): EncodedText {
    const all = this.backend.encode(text, { add_special_tokens: false }).ids;
    const kept = all.slice(0, this.maxLength - 2);
    const ids = new BigInt64Array(this.maxLength).fill(BigInt(this.padId));
    ids.set([this.startId, ...kept, this.endId].map(BigInt));
    return { ids, span: { start: 1, end: ids.indexOf(BigInt(this.endId), 1) }, truncated: kept.length < all.length };
  }

  /** The text of some ids, without special tokens. */
  decode(ids: Iterable<number | bigint>): string {
    const list = Array.from(ids, Number);
    if (list.length === 0) return "";
    return this.backend.decode(list, { skip_special_tokens: true, clean_up_tokenization_spaces: false }).trim();
  }

  /** A token as the vocabulary spells it (`cat</w>`), or undefined when there is no such id. */
  token(id: number): string | undefined {
    return this.backend.id_to_token(id);
  }
}

/**
 * NFC, white space as single spaces, lower case. Letter by letter, as transformers does it: JavaScript turns the last Σ of a whole word
 * into ς, and takes U+FEFF for white space.
 */
function normalize(text: string): string {
  const spaced = text.normalize("NFC").replace(/\p{White_Space}+/gu, " ");
  return Array.from(spaced, (letter) => letter.toLowerCase()).join("");
}

/** The `tokenizer.json` of a CLIP tokenizer, as `@huggingface/tokenizers` reads it. `normalize` takes its normaliser's place afterwards. */
function tokenizerJson({ ids, merges }: Vocabulary, config: ClipTokenizerConfig): object {
  const { start, end, pad, unknown } = config;
  // Of several tokens with one spelling the last one counts, in this order, as in transformers.
  const special = new Map([start, end, unknown, pad].map((token) => [token.content, token]));
  return {
    added_tokens: Array.from(special.values(), (token) => ({ ...token, id: ids[token.content], special: true })),
    normalizer: { type: "Lowercase" },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        split(CLIP_WORDS),
        split(GPT2_WORDS),
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      unk_token: unknown.content,
      continuing_subword_prefix: "",
      end_of_word_suffix: "</w>",
      fuse_unk: false,
      vocab: ids,
      merges,
    },
  };
}

function split(regex: string): object {
  return { type: "Split", pattern: { Regex: regex }, behavior: "Removed", invert: true };
}

function idOf({ ids }: Vocabulary, { content }: SpecialToken): number {
  if (!Object.hasOwn(ids, content)) {
    throw new VisiiError("model", `tokenizer: the vocabulary lacks the special token ${content}`, { token: content });
  }
  return ids[content];
}
