"""What a UNet is trained on: encoded pairs with their instructions, and what these are as text states."""

import numpy as np
import torch
from codes import Codes
from common import CONFIG, WORK, averaged, load
from data import Pairs, folders
from hybrids import Hybrids
from tokens import encode as tokenize
from tokens import load_tokenizer
from train_clip import build as build_clip

ROWS = CONFIG["unet"]["softWords"]["rows"]


class Encoder:
    """CLIP's text tower, as it is."""

    def __init__(self):
        self.tokenizer = load_tokenizer()
        self.clip = build_clip(self.tokenizer)
        state = load("clip")
        self.clip.load_state_dict(averaged(state, "clip"))
        self.clip.eval().requires_grad_(False)
        self.norm = self.clip.text_model.final_layer_norm
        self.nothing = self.states([""])
        self.neutral = self.states([" ".join([","] * ROWS)])

    @torch.no_grad()
    def states(self, texts):
        """list of strings -> [N, T, E]"""
        return self.clip.text_model(tokenize(self.tokenizer, texts)).last_hidden_state

    def states_and_ends(self, texts):
        """The same, and where each text's end row is."""
        ids = tokenize(self.tokenizer, texts)
        return self.states(texts), (ids == self.tokenizer.eos_token_id).int().argmax(1).tolist()


class Samples:
    """Encoded pairs of some folders, their instructions' states, and their codes."""

    def __init__(self, name, encoder, known=None):
        parts = []
        for folder in folders(name):
            file = WORK / f"latents-{folder.name}.npy"
            if file.exists():
                parts.append((np.load(file, mmap_mode="r"), Pairs(folder).lines()))
        self.latents = [latents for latents, _ in parts]
        self.starts = np.cumsum([0] + [len(latents) for latents in self.latents])
        self.lines = [line for latents, lines in parts for line in lines[: len(latents)]]
        words = [line["instruction"] for line in self.lines]
        unique = sorted(set(words))
        number = {text: i for i, text in enumerate(unique)}
        self.numbers = np.array([number[text] for text in words])
        self.unspoken = np.array([text == "" for text in words])  # of the wide families: no words tell them apart
        self.table = torch.cat([encoder.states(unique[i : i + 256]).half() for i in range(0, len(unique), 256)])
        self.codes = Codes(self.lines, known)
        self.hybrids = Hybrids(self.lines, encoder, ROWS)

    def __len__(self):
        return int(self.starts[-1])

    def pairs(self, chosen):
        """Numbers -> latents [N, 2, C, H, W]"""
        places = np.searchsorted(self.starts, chosen, side="right") - 1
        return torch.from_numpy(np.stack([self.latents[p][i - self.starts[p]] for p, i in zip(places, chosen)])).float()

    def texts(self, chosen):
        return self.table[self.numbers[chosen]].float()


class Instructions:
    """Text states [N, T, E] of samples, as they are told: in words, by soft words, or both."""

    def __init__(self, encoder, soft, device):
        self.soft_words, self.norm, self.device = soft.to(device), encoder.norm.to(device), device
        self.nothing, self.neutral = encoder.nothing.to(device), encoder.neutral.to(device)

    def words(self, source, chosen):
        return source.texts(chosen).to(self.device)

    def soft(self, source, chosen, without=None):
        codes = (each.to(self.device) for each in source.codes.of(chosen, without))
        rows = self.soft_words(len(chosen), *codes, self.norm)
        around = self.neutral.expand(len(chosen), -1, -1)
        return torch.cat([around[:, :1], rows, around[:, 1 + ROWS :]], 1)

    def hybrid(self, source, chosen, rng):
        parts = source.hybrids.parts(chosen, rng)
        return source.hybrids.join(self.soft(source, chosen, parts), chosen, parts, rng).to(self.device)
