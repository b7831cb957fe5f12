"""
How far a UNet's training has come. `python validation.py [NAME]` says of a checkpoint (by default "unet", or "tiny" after `unpack.py`) what it has learned
of each family of edits: by words, out of nothing but noise, the pixels' error over what the edit changes, and the error itself where it changes nothing;
medians.
"""

import sys
from collections import defaultdict

import numpy as np
import torch
from common import CONFIG, averaged, load, set_up
from objective import Objective
from samples import Encoder, Samples
from unet import build

BATCH = 64
MOST = 256
UNCHANGED = 1e-4  # mean squared change of the pixels that belong to a latent, of −1 … 1


class Validation:
    def __init__(self, samples, held, objective):
        self.samples, self.held, self.objective = samples, held, objective
        self.network = build().to(objective.device, memory_format=torch.channels_last)

    @torch.no_grad()
    def differences(self, source, chosen, states_of, highest=False):
        """Of the predicted v and the true one, and what the edit changes, batch by batch; at all timesteps alike, or at the highest."""
        generator = torch.Generator().manual_seed(1)
        device = self.objective.device
        for start in range(0, len(chosen), BATCH):
            some = chosen[start : start + BATCH]
            before, after = source.pairs(some).to(device).unbind(1)
            noise = torch.randn(after.shape, generator=generator).to(device)
            t = (torch.arange(start, start + len(some)) * 7919 % len(chosen) * 1000 // len(chosen)).to(device)
            t = torch.full_like(t, 999) if highest else t
            yield self.objective.difference(self.network, before, after, states_of(source, some), t, noise), after - before

    def mean(self, *what):
        errors = [difference.square().mean((1, 2, 3)) for difference, _ in self.differences(*what)]
        return round(torch.cat(errors).mean().item(), 5)

    def ratios(self, *what):
        """[N]"""
        pixels = self.objective.pixels
        return torch.cat([pixels.of(difference) / pixels.of(change) for difference, change in self.differences(*what, highest=True)])

    def unchanged(self, *what):
        """[N], without a number where an edit changes everything."""
        errors = []
        for difference, change in self.differences(*what, highest=True):
            wrong, changed = (self.objective.pixels.squares(each).mean(1) for each in (difference, change))
            errors.append(torch.where(changed < UNCHANGED, wrong, torch.nan).nanmean((1, 2)))
        return torch.cat(errors)

    def run(self, state, say):
        """
        Of the weights `state`, told by the instructions `say`. Squared errors of v at all timesteps alike: of pairs kept out by words, by soft words, and as
        hybrids; and of pairs trained on, by words. "edits": out of nothing but noise, by words and by soft words, the pixels' error over what the edit
        changes, median.
        """
        self.network.load_state_dict(state)
        rng = np.random.default_rng(1)
        held, samples = self.held, self.samples
        first = lambda source: np.arange(min(MOST, len(source)))
        composed = np.flatnonzero(held.hybrids.possible(range(len(held))))
        ratio = lambda states_of: round(self.ratios(held, first(held), states_of).median().item(), 4)
        return {
            "text": self.mean(held, first(held), say.words),
            "soft": self.mean(held, first(held), say.soft),
            "hybrid": self.mean(held, composed, lambda source, some: say.hybrid(source, some, rng)),
            "trained": self.mean(samples, first(samples), say.words),
            "edits": {"text": ratio(say.words), "soft": ratio(say.soft)},
        }


def main():
    set_up(CONFIG["seed"])
    name = sys.argv[1] if len(sys.argv) > 1 else "unet"
    state, encoder = load(name), Encoder()
    samples, held = (Samples(split, encoder, state.get("codes")) for split in ("train", "val"))
    validation = Validation(samples, held, Objective(samples))
    validation.network.load_state_dict(averaged(state, "unet"))
    families = defaultdict(list)
    for number, line in enumerate(held.lines):
        families[line["family"]].append(number)
        families["all"].append(number)
    every = np.arange(len(held))
    ratios, unchanged = (measure(held, every, lambda source, some: source.texts(some)) for measure in (validation.ratios, validation.unchanged))
    print("| family | pairs | error over change | where nothing changes |\n| --- | --- | --- | --- |")
    for family, some in sorted(families.items(), key=lambda each: ratios[each[1]].median()):
        print(f"| {family} | {len(some)} | {ratios[some].median():.3f} | {unchanged[some].nanmedian():.4f} |")


if __name__ == "__main__":
    with torch.no_grad():
        main()
