"""
A wider UNet that begins as what the narrower one computes (after Net2Net: Chen, Goodfellow, Shlens; ICLR 2016), to be trained on from there.

A channel becomes two neighbours that are alike, so that the groups of a group norm and the heads of an attention keep their members. What reads the two
takes half of the old weight from each, and something drawn at random more from the one and less from the other: that cancels as long as they are alike, and gives each
of them gradients of its own, so that they don't stay so. Where all channels are doubled the two networks are the same to the last digits; where only some levels are, the
groups of a norm over two levels' channels are others than they were, and it begins a little off.
"""

import math
import re
import sys

import torch

APART = 1.0  # of what reads twins, in deviations of the weight


def parents(old, new, joined):
    """Of each of `new` channels, the old one that it is made of: itself, or every one twice; or so for each of the parts that are `joined`, [(old, new)]. None if neither."""
    if new == old:
        return torch.arange(old)
    if new == 2 * old:
        return torch.arange(old).repeat_interleave(2)
    if sum(was for was, _ in joined) != old or sum(now for _, now in joined) != new:
        return None
    starts = [sum(was for was, _ in joined[:part]) for part in range(len(joined))]
    return torch.cat([start + parents(was, now, []) for start, (was, now) in zip(starts, joined)])


def read_apart(value, twin, generator):
    """Weights [O, I, …] whose inputs are the old ones', of which some are twins now: shared between the two, not evenly."""
    value[:, twin] /= 2
    apart = APART * value.std() * torch.randn(value[:, twin][:, ::2].shape, generator=generator)
    value[:, twin] += torch.stack([apart, -apart], 2).flatten(1, 2)
    return value


def widths(state):
    """A UNet's channels, level by level."""
    levels = [key for key in sorted(state) if re.fullmatch(r"down_blocks\.\d+\.resnets\.0\.conv1\.weight", key)]
    return [state[key].shape[0] for key in levels]


def joined_widths(name, old, new):
    """Of a convolution or norm over two levels' channels, those of what comes from below and of what comes across: [(old, new), (old, new)]."""
    place = re.match(r"up_blocks\.(\d+)\.resnets\.(\d+)\.(?:norm1|conv1|conv_shortcut)\.", name)
    if not place:
        return []
    both = [*zip(widths(old), widths(new))]
    deepest, resnets = len(both) - 1, sum(key.startswith("up_blocks.0.resnets") and key.endswith(".conv1.weight") for key in old)
    level, resnet = deepest - int(place[1]), int(place[2])
    below = both[min(level + 1, deepest)] if resnet == 0 else both[level]
    across = both[max(level - 1, 0)] if resnet == resnets - 1 else both[level]
    return [below, across]


def widen(name, old, shape, generator, joined=()):
    """One tensor of the narrow network -> [shape], of which each of the first two dimensions is the old one's, twice that, or of `joined` parts. Otherwise None."""
    if len(shape) != old.dim() or old.shape[2:] != tuple(shape[2:]):
        return None
    kin = [parents(was, new, joined) for was, new in zip(old.shape[:2], shape[:2])]
    if any(each is None for each in kin):
        return None
    tall = shape[0] != old.shape[0]
    value = old[kin[0]]
    if old.dim() > 1 and shape[1] != old.shape[1]:
        if name.endswith("time_embedding.linear_1.weight"):
            # Half of the wider network's frequencies are the narrow one's: every other one of the cosines, and of the sines.
            spread = torch.zeros(value.shape[0], shape[1])
            spread[:, ::2] = value
            value = spread
        else:
            twin = torch.bincount(kin[1])[kin[1]] == 2
            value = read_apart(value[:, kin[1]], twin, generator)
    if tall and name.rsplit(".", 2)[-2] in ("to_q", "to_k"):
        value = value / math.sqrt(math.sqrt(2))  # twice as many products are summed, and divided by √2 more
    return value


def twins(state):
    """How much alike the rows of a trained network still are that began as one."""
    for name in ("conv_in.weight", "down_blocks.1.resnets.0.conv1.weight", "mid_block.resnets.0.conv1.weight"):
        rows = state[name].flatten(1)
        print(f"{name}: {torch.cosine_similarity(rows[::2], rows[1::2], dim=1).median():.3f}")


def main():
    """
    `python widen.py 64,128,256`, after `unpack.py`: how far the network of these widths is from the one that is shipped, on numbers at random, by the latter's deviation.
    `python widen.py --twins`: how much alike twins are in the network that is being trained.
    """
    from common import CONFIG, averaged, load
    from unet import build, graft

    if "--twins" in sys.argv:
        return twins(load("unet")["unet"])
    state = load("tiny")
    narrow = build()
    narrow.load_state_dict(averaged(state, "unet"))
    CONFIG["unet"]["model"]["block_out_channels"] = [int(width) for width in sys.argv[1].split(",")]
    wide = build()
    graft(wide, state)
    torch.manual_seed(0)
    given = torch.randn(2, 8, 32, 32), torch.tensor([999, 300]), torch.randn(2, 32, 128)
    with torch.no_grad():
        was, now = narrow(*given).sample, wide(*given).sample
        print(f"root mean square difference {((was - now).square().mean() / was.var()).sqrt():.2g}")


if __name__ == "__main__":
    main()
