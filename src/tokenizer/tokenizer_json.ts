import { VisiiError } from "../errors.ts";
import type { TokenizerFiles } from "./clip_tokenizer.ts";

/**
 * `vocab.json` and `merges.txt` out of a `tokenizer.json`, the only one of the three that transformers 5 saves. How texts are split is not
 * read from it: that is CLIP's.
 *
 * @throws {VisiiError} `model` when it holds no byte-pair vocabulary.
 */
export function fromTokenizerJson(json: unknown): Pick<TokenizerFiles, "vocab" | "merges"> {
  const { model } = (json ?? {}) as { model?: { type?: unknown; vocab?: unknown; merges?: unknown } };
  if ((model?.type ?? "BPE") !== "BPE" || !Array.isArray(model?.merges)) {
    throw new VisiiError("model", "tokenizer: tokenizer.json holds no byte-pair vocabulary");
  }
  // A merge is a pair, or the two with a space between in files of older versions.
  const lines = model.merges.map((merge: unknown) => (Array.isArray(merge) ? merge.join(" ") : String(merge)));
  return { vocab: model.vocab, merges: lines.join("\n") };
}
