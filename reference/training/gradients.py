"""
Whether a quicker way of training still gives the UNet its gradients: `python gradients.py [NAME]` takes a checkpoint (by default "unet") and one batch, and
says of each block how far the gradients of 16-bit multiplication, and of `torch.compile`, point the way that those of 32 bits do (median of the cosines
of its tensors; 0 for a gradient that is zero), beside those of another batch, which is what chance does anyway.

torch.compile needs a C++ compiler. What it gave here is in docs/tiny.md.
"""

import sys
from collections import defaultdict

import numpy as np
import torch
from common import CONFIG, averaged, load, set_up
from diffusers.models.attention_processor import AttnProcessor
from objective import Objective
from samples import Encoder, Samples
from unet import build

BATCH = 32


def main():
    set_up(CONFIG["seed"])
    state, encoder = load(sys.argv[1] if len(sys.argv) > 1 else "unet"), Encoder()
    samples = Samples("train", encoder, state.get("codes"))
    unet = build().to(memory_format=torch.channels_last)
    unet.load_state_dict(averaged(state, "unet"))
    unet.set_attn_processor(AttnProcessor())
    objective = Objective(samples)
    t = torch.full((BATCH,), 999)

    def gradients(first, network, sixteen):
        chosen = np.arange(first, first + BATCH)
        before, after = samples.pairs(chosen).unbind(1)
        noise = torch.randn(after.shape, generator=torch.Generator().manual_seed(1))
        objective.sixteen = sixteen
        unet.zero_grad()
        difference = objective.difference(network, before, after, samples.texts(chosen), t, noise)
        objective.loss(difference, objective.pixels.of(after - before)).backward()
        return {name: weight.grad.clone() for name, weight in unet.named_parameters()}

    wanted = gradients(0, unet, False)
    ways = {
        "16 bits": gradients(0, unet, True),
        "compiled": gradients(0, torch.compile(unet), False),
        "compiled, 16 bits": gradients(0, torch.compile(unet), True),
        "another batch": gradients(BATCH, unet, False),
    }
    blocks = defaultdict(list)
    for name, gradient in wanted.items():
        alike = [torch.cosine_similarity(gradient.flatten(), found[name].flatten(), 0).item() for found in ways.values()]
        blocks[".".join(name.split(".")[:2])].append(alike)
    print(f"| block | {' | '.join(ways)} |\n| --- |{' --- |' * len(ways)}")
    for block, rows in blocks.items():
        print(f"| {block} | {' | '.join(f'{each:.2f}' for each in np.median(rows, 0))} |")


if __name__ == "__main__":
    main()
