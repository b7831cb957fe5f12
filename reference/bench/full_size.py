"""
The full-size UNet in PyTorch, one measured run per line of input: `bench/performance.ts` starts it and asks.

    echo '{"case": "plain", "side": 32}' | python reference/bench/full_size.py --model .full-size/model

A line in is a case and the latents' side; a line out is its seconds and the process's peak memory in bytes. `--channels-last`, `--compile` and
`--bf16` are what one might do to make it faster: the other order of a picture's values, torch.compile, and 16 bits, for which some processors have units.
"""

import argparse
import json
import os
import resource
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import UNet2DConditionModel

TEXT_SCALE, IMAGE_SCALE = 7.5, 1.5


def guided(unet, sample, image, t, prompt, nothing):
    """The authors' one batch of three branches."""
    pictures = torch.cat([sample] * 3), torch.cat([image, image, torch.zeros_like(image)])
    states = torch.cat([prompt, nothing, nothing])
    text, with_image, none = unet(torch.cat(pictures, 1), t, states).sample.chunk(3)
    return none + TEXT_SCALE * (text - with_image) + IMAGE_SCALE * (with_image - none)


def authors(unet, sample, image, t, prompt, nothing, noise):
    """(a) Backward through all three branches: the embedding of nothing comes with a gradient too, as in the authors' script."""
    return F.mse_loss(guided(unet, sample, image, t, prompt, nothing + 0 * prompt), noise)


def best(unet, sample, image, t, prompt, nothing, noise):
    """(b) What one would write today: no gradient for the branches that do not depend on the instruction."""
    with torch.no_grad():
        pictures = torch.cat([torch.cat([sample, image], 1), torch.cat([sample, torch.zeros_like(image)], 1)])
        with_image, none = unet(pictures, t, torch.cat([nothing, nothing])).sample.chunk(2)
    text = unet(torch.cat([sample, image], 1), t, prompt).sample
    return F.mse_loss(none + TEXT_SCALE * (text - with_image) + IMAGE_SCALE * (with_image - none), noise)


def plain(unet, sample, image, t, prompt, nothing, noise):
    """(c) One forward, one backward."""
    return F.mse_loss(unet(torch.cat([sample, image], 1), t, prompt).sample, noise)


LOSSES = {"authors": authors, "best": best, "plain": plain}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, default=Path(".full-size/model"))
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    for faster in ("--channels-last", "--compile", "--bf16"):
        parser.add_argument(faster, action="store_true")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    unet = UNet2DConditionModel.from_pretrained(given.model / "unet", low_cpu_mem_usage=False).requires_grad_(False)
    if given.channels_last:
        unet.to(memory_format=torch.channels_last)
    kind = torch.bfloat16 if given.bf16 else torch.float32
    unet.to(kind)
    if given.compile:
        unet.compile()
    nothing, t = torch.randn(1, 77, 768, dtype=kind), torch.tensor([500])
    instruction = torch.randn(1, 77, 768, requires_grad=True)
    optimiser = torch.optim.AdamW([instruction], lr=1e-3)

    def run(case, side):
        if case == "matmul":
            a, b = torch.randn(2048, 2048), torch.randn(2048, 2048)
            started = time.perf_counter()
            a @ b
            return time.perf_counter() - started
        sample, image, noise = (torch.randn(1, 4, side, side, dtype=kind) for _ in range(3))
        started = time.perf_counter()
        if case == "apply":
            with torch.no_grad():
                guided(unet, sample, image, t, instruction.to(kind), nothing)
        else:
            optimiser.zero_grad()
            LOSSES[case](unet, sample, image, t, instruction.to(kind), nothing, noise).backward()
            optimiser.step()
        return time.perf_counter() - started

    print(json.dumps({"software": f"PyTorch {torch.__version__}"}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        seconds = run(asked["case"], asked["side"])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"seconds": seconds, "peak": peak}), flush=True)


if __name__ == "__main__":
    main()
