"""
A UNet twice as wide that begins near what the narrower one computes (after Net2Net: Chen, Goodfellow, Shlens; ICLR 2016), to be trained on from there.

Every channel becomes two neighbours, so that the groups of a group norm and the heads of an attention keep their members. What reads a pair shares the old
weight between the two. What makes a pair is the old weight for both, and a difference drawn at random, added to one and taken from the other: on average the
two are what the one was. Without it they would stay alike: weights that are shared unevenly give the two gradients of other lengths, but Adam makes steps of
one length of all gradients, and after 6,300 steps the twins of the first convolution still agreed to 0.996 (cosine), with nothing gained by the width.
"""

import math
import sys

import torch


DIFFERENCE = 0.5  # of twins, in deviations of the weight


def widen(name, old, shape, generator):
    """One tensor of the narrow network -> [shape], of which each dimension is the old one's or twice that. Undefined for other shapes: None."""
    factors = [new / was for new, was in zip(shape, old.shape)] if len(shape) == old.dim() else [0]
    if any(factor not in (1, 2) for factor in factors):
        return None
    tall, wide = factors[0] == 2, old.dim() > 1 and factors[1] == 2
    value = old.repeat_interleave(2, 0) if tall else old
    if tall and old.dim() > 1:
        apart = DIFFERENCE * old.std() * torch.randn(old.shape, generator=generator)
        value = value + torch.stack([apart, -apart], 1).flatten(0, 1)
    if wide and name.endswith("time_embedding.linear_1.weight"):
        # Half of the wider network's frequencies are the narrow one's: every other one of the cosines, and of the sines.
        spread = torch.zeros(shape)
        spread[:, ::2] = value
        value = spread
    elif wide:
        value = value.repeat_interleave(2, 1) / 2
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
    `python widen.py`, after `unpack.py`: how far the widened network is from the narrow one, on numbers at random, by the narrow one's deviation.
    `python widen.py --twins`: how much alike twins are in the network that is being trained.
    """
    from common import CONFIG, load
    from unet import build, graft

    if "--twins" in sys.argv:
        return twins(load("unet")["unet"])
    settings, state = CONFIG["unet"]["model"], load("tiny")
    wide_channels = settings["block_out_channels"]
    settings["block_out_channels"] = [channels // 2 for channels in wide_channels]
    narrow = build()
    narrow.load_state_dict(state["unet"])
    settings["block_out_channels"] = wide_channels
    wide = build()
    graft(wide, state)
    torch.manual_seed(0)
    given = torch.randn(2, 8, 32, 32), torch.tensor([999, 300]), torch.randn(2, 32, 128)
    with torch.no_grad():
        was, now = narrow(*given).sample, wide(*given).sample
        print(f"root mean square difference {((was - now).square().mean() / was.var()).sqrt():.2f}")


if __name__ == "__main__":
    main()
