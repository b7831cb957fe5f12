"""
Soft words: an instruction whose rows of text states are a learned linear function of an edit's parameters, in place of written ones.

Written words name a kind of edit and a colour or two; how wide, at what angle, which curve, they don't say. Soft words say all of it, continuously, in
the very place where learning an instruction looks for it: the rows between the start and the end token, with neutral words around. They are learned
together with the UNet. Of the model they are a part for learning's sake: `to_rows` alone, the space that instructions are looked for in.
"""

import numpy as np
import torch
from torch import nn

PARAMETERS = 16  # no edit has more numbers


class Codes:
    """The codes of all pairs: keys by number, values brought to mean 0 and deviation 1 key by key."""

    def __init__(self, lines, known=None):
        known = known or {}
        self.keys = list(known.get("keys", []))
        number = {key: i for i, key in enumerate(self.keys)}
        values = {}
        for line in lines:
            for code in line["codes"]:
                values.setdefault(code["key"], []).append(code["values"])
        for key in sorted(values):
            if key not in number:
                number[key] = len(self.keys)
                self.keys.append(key)
        self.mean = known.get("mean", {}).copy()
        self.deviation = known.get("deviation", {}).copy()
        for key, rows in values.items():
            if key not in self.mean:
                table = np.array(rows, dtype=np.float32).reshape(len(rows), -1)
                self.mean[key] = table.mean(0)
                self.deviation[key] = np.maximum(table.std(0), 1e-3 + 0.05 * np.abs(table.mean(0)))
        self.samples = [[(number[code["key"]], self._normal(code)) for code in line["codes"]] for line in lines]

    def _normal(self, code):
        key = code["key"]
        out = np.zeros(1 + PARAMETERS, dtype=np.float32)
        out[0] = 1
        count = len(code["values"])
        out[1 : 1 + count] = np.clip((np.array(code["values"], dtype=np.float32) - self.mean[key]) / self.deviation[key], -4, 4)
        return out

    def state(self):
        return {"keys": self.keys, "mean": self.mean, "deviation": self.deviation}

    def of(self, chosen, without=None):
        """Pairs' numbers -> sample [M], key [M], values [M, 1 + P] of all their codes, but for the one that `without` names for each pair."""
        kept = lambda row, part: without is None or part != without[row]
        flat = [(row, *code) for row, index in enumerate(chosen) for part, code in enumerate(self.samples[index]) if kept(row, part)]
        rows, keys, values = zip(*flat)
        return torch.tensor(rows), torch.tensor(keys), torch.from_numpy(np.stack(values))


class SoftWords(nn.Module):
    """Codes -> rows of text states [N, R, E], on the sphere where the text tower's own rows lie."""

    KEYS = 1024

    def __init__(self, rows, width, embedding):
        super().__init__()
        self.rows, self.embedding = rows, embedding
        self.table = nn.Parameter(torch.zeros(self.KEYS, 1 + PARAMETERS, width))
        nn.init.normal_(self.table[:, 0], std=1)
        nn.init.normal_(self.table[:, 1:], std=0.3)
        self.to_rows = nn.Linear(width, rows * embedding)

    @torch.no_grad()
    def go_on(self, state):
        """With those of another training, which may have had fewer keys."""
        own = self.state_dict()
        for name, value in state.items():
            own[name][: len(value)].copy_(value)

    def points(self, count, sample, key, values):
        """[N, D]"""
        vectors = (self.table[key] * values[:, :, None]).sum(1)  # [M, D]
        return torch.zeros(count, vectors.shape[1], device=vectors.device).index_add(0, sample, vectors)

    def forward(self, count, sample, key, values, norm):
        return norm(self.to_rows(self.points(count, sample, key, values)).view(count, self.rows, self.embedding))
