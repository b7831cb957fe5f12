"""tiny's tokenizer: CLIP's byte-level pairs, learned from the captions and instructions of the training pairs."""

import json

from common import CONFIG, WORK
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTokenizer

START, END = "<|startoftext|>", "<|endoftext|>"
FOLDER = WORK / "tokenizer"


def byte_alphabet():
    """GPT-2's printable stand-ins for the 256 bytes, in CLIP's order."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    rest = [b for b in range(256) if b not in plain]
    return [chr(b) for b in plain] + [chr(256 + i) for i in range(len(rest))]


def learn(texts):
    """Writes vocab.json, merges.txt and the two configuration files that `CLIPTokenizer` reads."""
    settings = CONFIG["clip"]["tokenizer"]
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.BpeTrainer(
        vocab_size=settings["vocabulary"], end_of_word_suffix="</w>", show_progress=False, min_frequency=settings["minFrequency"]
    )
    tokenizer.train_from_iterator(texts, trainer)
    merges = [tuple(merge) for merge in json.loads(tokenizer.to_str())["model"]["merges"]]
    letters = byte_alphabet()
    words = letters + [letter + "</w>" for letter in letters] + ["".join(merge) for merge in merges] + [START, END]
    words = list(dict.fromkeys(words))
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(words)}, ensure_ascii=False))
    (FOLDER / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    special = {"bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END}
    config = {**special, "model_max_length": settings["maxLength"], "tokenizer_class": "CLIPTokenizer", "do_lower_case": True}
    (FOLDER / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
    (FOLDER / "special_tokens_map.json").write_text(json.dumps(special, indent=2) + "\n")


def load_tokenizer(folder=FOLDER):
    return CLIPTokenizer.from_pretrained(folder)


def encode(tokenizer, texts):
    """list of strings -> int64 [N, T]"""
    length = CONFIG["clip"]["tokenizer"]["maxLength"]
    return tokenizer(texts, padding="max_length", max_length=length, truncation=True, return_tensors="pt").input_ids
