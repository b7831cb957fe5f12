"""Writes test/goldens/tokenizer/{bytes,tricky}/: two small CLIP vocabularies, and the ids that transformers' CLIPTokenizer gives with them.

    python reference/goldens/make_tokenizer.py

`bytes` has CLIP's layout and the special tokens of Stable Diffusion 1.x: 256 bytes, the same with </w>, merges trained on a few lines.
`tricky` lacks most letters, its merges compete with each other, and it pads with "!" as OpenCLIP's ViT-H does.
"""

import json
from pathlib import Path

import tokenizers
import transformers
from tokenizers import models, normalizers, pre_tokenizers, trainers
from transformers.convert_slow_tokenizer import bytes_to_unicode

OUT = Path(__file__).parents[2] / "test" / "goldens" / "tokenizer"
START, END = "<|startoftext|>", "<|endoftext|>"
CORPUS = """
turn it into a watercolor painting . make the sky look like a sunset . a photo of a cat sitting on a bench in the park
replace the mountains with a city skyline . it's a painting of the sea . they're walking the dog . we've got snow everywhere
make her hair red . what if it were winter ? add fireworks to the sky , and a rainbow ! change the background to navy blue
a drawing of an owl in the style of van gogh . the house is made of glass . as a pencil sketch . as a pixel art character
turn the boat into a submarine . convert it to black and white . make it a charcoal drawing of the castle on the hill
I'll paint the wall teal . don't remove the frame . she'd like it at night . i'm painting the background salmon
été à la plage . das Mädchen mit dem roten Hut . 猫 と 犬 . Привет мир . 2 dogs and 10 cats in 2023
"""
TEXTS = [
    "",
    " ",
    "a",
    "turn it into a watercolor painting",
    "Turn IT into a WaterColor Painting",
    "  leading,   inner \t and \n trailing whitespace \r\n ",
    "it's they're we've I'll don't she'd I'm",
    "IT'S THEY'RE WE'VE I'LL",
    "rock'n'roll 'tis ''s 's's",
    "it’s a typographic apostrophe",
    "hello, world! (really?) [yes] {no} <maybe>",
    "wow!!! what?!? ... --- ___ ***",
    "!",
    "! ! !!",
    "a!b !c d!",
    "1234567890",
    "2 dogs, 10 cats, 3.14 and 1e-5",
    "½ ² ³ Ⅷ ٣ ४ 三",
    "été à la plage",
    "e\u0301te\u0301 a\u0300 la plage",
    "naïve café, Mädchen, Straße, STRASSE, ß, ẞ",
    "İstanbul I ı i",
    "ΟΔΟΣ ὈΔΥΣΣΕΎΣ σς Σ",
    "Привет, МИР! Ёлка",
    "猫と犬、こんにちは世界",
    "ガ ガ ｶﾞ パピプペポ",
    "한국어 한국어 가각",
    "नमस्ते दुनिया",
    "สวัสดีชาวโลก",
    "שלום עולם مرحبا بالعالم",
    "😀 🎨 ❤️ 👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇫🇷",
    "cat😀dog",
    "😀😀😀",
    "a\u00a0b\u2003c\u3000d\u2028e\u0085f",
    "zero\u200bwidth\u200djoiner soft\u00adhyphen \ufeffbom !\ufeff!",
    "tab\tnew\nline\x0bvt\x0cff\x1fus",
    "nul\x00bell\x07del\x7f",
    "\U0001d54f\U0001d550 𝒜𝓃𝒹 𝔾𝕣𝕖𝕖𝕜",
    "ﬁ ﬂ ﬃ Å Å K Ω",
    "Ａｂｃ１２３",
    "a_b-c+d=e/f\\g|h~i`j^k@l#m$n%o&p*q",
    "$100 €50 £20 ¥1000 ₿1",
    "<|startoftext|>",
    "<|endoftext|>",
    "a cat <|endoftext|> and more",
    "a cat<|endoftext|>and <|startoftext|>more",
    "<|ENDOFTEXT|> <|StartOfText|> <| endoftext |>",
    "<|endoftext",
    "\"quoted\" 'single' «guillemets» „low“",
    "ab abc aab aaab aaaab abab abcabc bc cab",
    "aaaaaaaaaaaaaaa bbbbbbb ababababab",
    "abc'sabc 's'sabc",
    "bbc cbb cc c b",
    "http://example.org/a?b=c&d=e#f",
    "mail@example.org, @user #hashtag",
    "supercalifragilisticexpialidocious",
    "x" * 300,
    "a " * 80,
    "a " * 75,
    "a " * 76,
    "make the sky look like a sunset " * 20,
    "猫" * 100,
    "\u0301 combining first",
    "q\u0323\u0307 q\u0307\u0323 order of marks",
    "ǅ ǆ Ǆ ﬀ ŉ",
]


def added(content, normalized=True):
    return {"__type": "AddedToken", "content": content, "lstrip": False, "normalized": normalized, "rstrip": False, "single_word": False}


def train(size):
    """Merges of CLIP's kind (end-of-word suffix, byte-level alphabet) from the corpus."""
    tokenizer = tokenizers.Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    trainer = trainers.BpeTrainer(vocab_size=size, end_of_word_suffix="</w>", initial_alphabet=list(bytes_to_unicode().values()), show_progress=False)
    tokenizer.train_from_iterator(CORPUS.strip().splitlines(), trainer)
    return [tuple(merge) for merge in json.loads(tokenizer.to_str())["model"]["merges"]]


def write(folder, alphabet, merges, config, special):
    """A tokenizer folder in CLIP's layout: alphabet, alphabet with </w>, merges, special tokens."""
    folder.mkdir(parents=True, exist_ok=True)
    tokens = [*alphabet, *(a + "</w>" for a in alphabet), *("".join(m) for m in merges), START, END]
    assert len(set(tokens)) == len(tokens)
    dump(folder / "vocab.json", {token: i for i, token in enumerate(tokens)})
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges), encoding="utf-8")
    dump(folder / "tokenizer_config.json", config)
    dump(folder / "special_tokens_map.json", special)


def dump(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def expected(folder):
    tokenizer = transformers.CLIPTokenizer.from_pretrained(str(folder))
    rows = []
    for text in TEXTS:
        ids = tokenizer(text, padding="max_length", truncation=True, max_length=tokenizer.model_max_length).input_ids
        whole = tokenizer(text, add_special_tokens=False).input_ids
        rows.append({"text": text, "ids": ids, "decoded": tokenizer.decode(whole, skip_special_tokens=True)})
    return {"transformers": transformers.__version__, "tokenizers": tokenizers.__version__, "texts": rows}


def main():
    config = {"errors": "replace", "do_lower_case": True, "add_prefix_space": False, "tokenizer_class": "CLIPTokenizer"}
    stable_diffusion = {"bos_token": added(START), "eos_token": added(END), "unk_token": added(END), "pad_token": END}
    write(
        OUT / "bytes",
        list(bytes_to_unicode().values()),
        train(700),
        {**config, **stable_diffusion, "model_max_length": 77},
        {key: {k: v for k, v in token.items() if k != "__type"} if isinstance(token, dict) else token for key, token in stable_diffusion.items()},
    )
    # Competing merges: of lower rank first wherever they stand, so "abc" is "a bc", "aab" is "aa b".
    tricky = [("b", "c</w>"), ("a", "a"), ("aa", "aa"), ("a", "b"), ("b", "c"), ("ab", "c"), ("a", "bc</w>"), ("ab", "ab"), ("b", "b"), ("ab", "ab</w>"), ("'", "s</w>"), ("a", "b</w>")]
    open_clip = {"bos_token": START, "eos_token": END, "unk_token": END, "pad_token": "!"}
    write(OUT / "tricky", list("!abcs'"), tricky, {**config, **open_clip, "model_max_length": 20}, open_clip)
    for folder in ("bytes", "tricky"):
        golden = expected(OUT / folder)
        dump(OUT / folder / "expected.json", golden)
        print(f"{folder}: {len(golden['texts'])} texts")


if __name__ == "__main__":
    main()
