"""
A UNet twice as wide that computes what the narrower one does (Net2Net: Chen, Goodfellow, Shlens; ICLR 2016), to be trained on from there.

Every channel becomes two neighbours that hold the same value, so that the groups of a group norm and the heads of an attention keep their members. What
reads a pair shares the old weight between the two, unevenly, so that they are told apart by their gradients.
"""

import math

import torch


def widen(name, old, shape, generator):
    """One tensor of the narrow network -> [shape], of which each dimension is the old one's or twice that. Undefined for other shapes: None."""
    factors = [new / was for new, was in zip(shape, old.shape)] if len(shape) == old.dim() else [0]
    if any(factor not in (1, 2) for factor in factors):
        return None
    tall, wide = factors[0] == 2, old.dim() > 1 and factors[1] == 2
    value = old.repeat_interleave(2, 0) if tall else old
    if wide and name.endswith("time_embedding.linear_1.weight"):
        # Half of the wider network's frequencies are the narrow one's: every other one of the cosines, and of the sines.
        spread = torch.zeros(shape)
        spread[:, ::2] = value
        value = spread
    elif wide:
        share = 0.3 + 0.4 * torch.rand(value.shape[0], old.shape[1], *[1] * (old.dim() - 2), generator=generator)
        value = value.repeat_interleave(2, 1) * torch.stack([share, 1 - share], 2).flatten(1, 2)
    if tall and name.rsplit(".", 2)[-2] in ("to_q", "to_k"):
        value = value / math.sqrt(math.sqrt(2))  # twice as many products are summed, and divided by √2 more
    return value


def main():
    """How far the widened network is from the narrow one, on numbers at random: `python widen.py`, after `unpack.py`."""
    from common import CONFIG, load
    from train_unet import build, graft

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
        print(f"largest difference {(narrow(*given).sample - wide(*given).sample).abs().max():.1e}")


if __name__ == "__main__":
    main()
