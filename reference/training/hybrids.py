"""
Hybrid instructions to train on: of an edit made of several, one is asked for in words, the others by soft words, joined as `joinPrompts` of
`src/core/prompt.ts` joins a learned instruction with words, either way.
"""

import numpy as np
import torch


class Hybrids:
    """The phrases of compositions, as text states."""

    def __init__(self, lines, encoder, rows):
        self.encoder, self.rows = encoder, rows
        self.phrases = [line.get("phrases", []) if len(line["codes"]) == len(line.get("phrases", [])) else [] for line in lines]

    def possible(self, chosen):
        """Which of the pairs ask for more than one edit."""
        return np.array([len(self.phrases[i]) > 1 for i in chosen])

    def parts(self, chosen, rng):
        """For each pair, the number of the part that is to be put in words."""
        return [int(rng.integers(len(self.phrases[i]))) for i in chosen]

    def join(self, soft, chosen, parts, rng):
        """Soft states [N, T, E] of the other parts -> the same with the words' rows spliced in; where the words don't fit, they are cut off."""
        texts = [self.phrases[i][part] for i, part in zip(chosen, parts)]
        words, ends = self.encoder.states_and_ends(texts)
        joined = soft.clone()
        tokens, end = soft.shape[1], 1 + self.rows
        for row, count in enumerate(ends):
            if rng.random() < 0.5:  # the authors': behind the end row and one of padding, with the start row, without the end row
                at, begin, until = end + 2, 0, count
            else:  # direct: right behind the learned rows, with the words' own end and padding
                at, begin, until = end, 1, tokens
            length = min(until - begin, tokens - at)
            joined[row, at : at + length] = words[row, begin : begin + length]
        return joined
