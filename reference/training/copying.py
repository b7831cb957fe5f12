"""
How fast a UNet learns to leave a picture alone: out of noise and the before latents, the before latents.
`python copying.py [--groups G] [--widths 32,64,128] [--steps 200]`

Most of most edits is copying, and a picture's level of brightness or colour is what group norms take away: what is left is how channels of one group
differ. `--groups` and `--widths` go over the configuration's.
"""

import numpy as np
import torch
from common import CONFIG, WORK, option, set_up
from data import Pairs, folders
from diffusers.models.attention_processor import AttnProcessor
from pixels import PixelError
from unet import build

BATCH = 16
RATE = 0.001


def main():
    set_up(CONFIG["seed"])
    model = CONFIG["unet"]["model"]
    model["norm_num_groups"] = int(option("--groups", model["norm_num_groups"]))
    if option("--widths"):
        model["block_out_channels"] = [int(width) for width in option("--widths").split(",")]
    steps = int(option("--steps", 200))
    folder = folders("train")[0]
    latents = np.load(WORK / f"latents-{folder.name}.npy", mmap_mode="r")
    pixels = PixelError(Pairs(folder), latents)
    unet = build().to(memory_format=torch.channels_last)
    unet.set_attn_processor(AttnProcessor())
    optimizer = torch.optim.AdamW(unet.parameters(), lr=RATE, betas=(0.9, 0.99))
    rng = np.random.default_rng(CONFIG["seed"])
    states, t = torch.zeros(BATCH, CONFIG["clip"]["tokenizer"]["maxLength"], CONFIG["clip"]["text"]["hidden_size"]), torch.full((BATCH,), 999)
    errors = []
    for step in range(steps):
        before = torch.from_numpy(latents[np.sort(rng.integers(len(latents), size=BATCH)), 0]).float()
        given = torch.cat([torch.randn(before.shape), before], 1).contiguous(memory_format=torch.channels_last)
        difference = unet(given, t, states).sample - before
        error = pixels.of(difference).mean()
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 30) * (1 - step / steps)
        optimizer.zero_grad()
        (error + 0.03 * difference.square().mean()).backward()
        torch.nn.utils.clip_grad_norm_(unet.parameters(), 1.0)
        optimizer.step()
        errors.append(error.item())
    print(f"{model['norm_num_groups']} groups: {np.mean(errors[-20:]):.4f} after {steps} steps of {BATCH}")


if __name__ == "__main__":
    main()
