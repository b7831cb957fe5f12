import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isVisiiError } from "../../src/errors.ts";
import { ClipTokenizer, type TokenizerFiles } from "../../src/tokenizer/index.ts";

interface Golden {
  readonly transformers: string;
  readonly texts: ReadonlyArray<{ readonly text: string; readonly ids: number[]; readonly decoded: string }>;
}

function read(folder: string, file: string): string {
  return readFileSync(new URL(`../goldens/tokenizer/${folder}/${file}`, import.meta.url), "utf8");
}

function filesOf(folder: string): TokenizerFiles & { readonly config: object; readonly vocab: Record<string, number> } {
  return {
    vocab: JSON.parse(read(folder, "vocab.json")),
    merges: read(folder, "merges.txt"),
    config: JSON.parse(read(folder, "tokenizer_config.json")),
    specialTokensMap: JSON.parse(read(folder, "special_tokens_map.json")),
  };
}

const start = "<|startoftext|>";
const end = "<|endoftext|>";

for (const folder of ["bytes", "tricky"]) {
  const golden = JSON.parse(read(folder, "expected.json")) as Golden;

  test(`${folder}: ids of ${golden.texts.length} texts are those of transformers ${golden.transformers}`, (t) => {
    const tokenizer = new ClipTokenizer(filesOf(folder));
    const wrong = golden.texts.filter(({ text, ids }) => {
      const ours = Array.from(tokenizer.encode(text).ids, Number);
      const same = ours.length === ids.length && ours.every((id, i) => id === ids[i]);
      if (!same) t.diagnostic(`${JSON.stringify(text)}: ${ours.join(" ")} where ${ids.join(" ")} is right`);
      return !same;
    });
    assert.deepEqual(
      wrong.map(({ text }) => text),
      [],
    );
  });

  test(`${folder}: the span holds the text's own tokens, and the rest is frozen`, () => {
    const tokenizer = new ClipTokenizer(filesOf(folder));
    for (const { text } of golden.texts) {
      const { ids, span } = tokenizer.encode(text);
      const list = Array.from(ids, Number);
      assert.equal(list.length, tokenizer.maxLength);
      assert.equal(list[0], tokenizer.startId);
      assert.equal(span.start, 1);
      assert.equal(list[span.end], tokenizer.endId);
      assert.ok(!list.slice(1, span.end).includes(tokenizer.endId));
    }
  });
}

test("decoded texts are those of transformers", () => {
  const tokenizer = new ClipTokenizer(filesOf("bytes"));
  const golden = JSON.parse(read("bytes", "expected.json")) as Golden;
  for (const { text, decoded } of golden.texts) {
    const { ids, truncated } = tokenizer.encode(text);
    if (!truncated) assert.equal(tokenizer.decode(ids), decoded, JSON.stringify(text));
  }
  assert.equal(tokenizer.decode([]), "");
});

test("a text that fits exactly is not cut, one token more is", () => {
  const tokenizer = new ClipTokenizer(filesOf("bytes"));
  const fits = tokenizer.encode("a ".repeat(75));
  assert.deepEqual([fits.truncated, fits.span.end], [false, 76]);
  const cut = tokenizer.encode("a ".repeat(76));
  assert.deepEqual([cut.truncated, cut.span.end], [true, 76]);
  assert.deepEqual(cut.ids, fits.ids);
});

test("an empty text has an empty span", () => {
  const { ids, span } = new ClipTokenizer(filesOf("tricky")).encode("");
  assert.deepEqual(span, { start: 1, end: 1 });
  assert.equal(Number(ids[2]), 0, 'padded with "!"');
});

test("without configuration files, CLIP's own tokens and length hold", () => {
  const { vocab, merges } = filesOf("bytes");
  const tokenizer = new ClipTokenizer({ vocab, merges });
  assert.equal(tokenizer.maxLength, 77);
  assert.equal(tokenizer.token(tokenizer.startId), start);
  assert.equal(tokenizer.token(tokenizer.endId), end);
  assert.equal(tokenizer.padId, tokenizer.endId);
  assert.equal(tokenizer.vocabularySize, Object.keys(vocab).length);
  assert.equal(new ClipTokenizer({ vocab, merges }, { maxLength: 16 }).maxLength, 16);
  assert.equal(tokenizer.token(10_000), undefined);
});

test("special tokens may be listed by id, as newer files do", () => {
  const { vocab, merges } = filesOf("bytes");
  const added_tokens_decoder = { [vocab[end]]: { content: end, lstrip: true, normalized: false, rstrip: false } };
  const config = { added_tokens_decoder, eos_token: end, pad_token: "!" };
  const tokenizer = new ClipTokenizer({ vocab, merges, config, specialTokensMap: { pad_token: end } });
  assert.equal(tokenizer.padId, vocab["!"], "the list goes before the map");
  assert.equal(tokenizer.encode(`a ${end}`).span.end, 2, "lstrip is read from the list");
});

test("folders that don't fit together are refused", () => {
  const files = filesOf("tricky");
  const { [end]: _, ...withoutEnd } = files.vocab;
  const refusals: ReadonlyArray<readonly [Partial<TokenizerFiles>, RegExp]> = [
    [{ vocab: withoutEnd }, /lacks the special token <\|endoftext\|>/],
    [{ vocab: [] }, /vocab\.json is not an object/],
    [{ vocab: { ...files.vocab, x: "1" } }, /token "x" has no id/],
    [{ vocab: { ...files.vocab, x: 0 } }, /two tokens have one id/],
    [{ merges: "a b c" }, /"a b c" is not a pair/],
    [{ merges: "a x" }, /"a x" is not a pair/],
    [{ config: { tokenizer_class: "T5Tokenizer" } }, /tokenizer_class "T5Tokenizer"/],
    [{ config: { do_lower_case: false } }, /do_lower_case/],
    [{ config: null }, /tokenizer_config\.json/],
    [{ specialTokensMap: { pad_token: 5 } }, /pad_token/],
    [{ specialTokensMap: { pad_token: { content: "!", single_word: true } } }, /single_word/],
  ];
  for (const [change, message] of refusals) {
    assert.throws(
      () => new ClipTokenizer({ ...files, ...change }),
      (error) => isVisiiError(error, "model") && message.test(error.message),
      String(message),
    );
  }
});
