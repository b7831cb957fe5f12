import { VisiiError } from "../errors.ts";

/** Token to id, and the pairs of tokens to merge, the most urgent first. */
export interface Vocabulary {
  readonly ids: Readonly<Record<string, number>>;
  readonly merges: ReadonlyArray<readonly [string, string]>;
}

/**
 * Reads the object of a `vocab.json` and the text of a `merges.txt`.
 * @throws {VisiiError} `model` when ids are not those of a table, or a merge speaks of tokens that the vocabulary lacks.
 */
export function parseVocabulary(vocab: unknown, merges: string): Vocabulary {
  if (typeof vocab !== "object" || vocab === null || Array.isArray(vocab)) throw refusal("vocab.json is not an object");
  const tokens = Object.entries(vocab);
  const ids = new Map<string, number>();
  for (const [token, id] of tokens) {
    if (!Number.isInteger(id) || id < 0)
      throw refusal(`vocab.json: token ${JSON.stringify(token)} has no id`, { token });
    ids.set(token, id);
  }
  if (new Set(ids.values()).size !== ids.size) throw refusal("vocab.json: two tokens have one id");

  const pairs = merges
    .split(/\r?\n/)
    .filter((line) => line !== "" && !line.startsWith("#version"))
    .map((line): readonly [string, string] => {
      const parts = line.split(" ");
      const [left, right] = parts;
      if (parts.length !== 2 || ![left, right, left + right].every((token) => ids.has(token))) {
        throw refusal(`merges.txt: ${JSON.stringify(line)} is not a pair of tokens of the vocabulary`, { line });
      }
      return [left, right];
    });
  return { ids: Object.fromEntries(ids), merges: pairs };
}

function refusal(what: string, data: Record<string, unknown> = {}): VisiiError {
  return new VisiiError("model", `tokenizer: ${what}`, data);
}
