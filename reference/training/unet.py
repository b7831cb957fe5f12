"""tiny's UNet, and what it begins with."""

import torch
from common import CONFIG, averaged
from diffusers import UNet2DConditionModel
from widen import joined_widths, widen


def build():
    factor = 2 ** (len(CONFIG["vae"]["model"]["block_out_channels"]) - 1)
    channels = CONFIG["vae"]["model"]["latent_channels"]
    return UNet2DConditionModel(
        sample_size=CONFIG["resolution"] // factor,
        in_channels=2 * channels,
        out_channels=channels,
        cross_attention_dim=CONFIG["clip"]["text"]["hidden_size"],
        **CONFIG["unet"]["model"],
    )


def graft(unet, state):
    """What the other network has, where it fits or can be widened; new attention begins as one that adds nothing."""
    old, new = averaged(state, "unet"), unet.state_dict()
    generator = torch.Generator().manual_seed(CONFIG["seed"])
    fits = 0
    for name, value in new.items():
        grown = widen(name, old[name], value.shape, generator, joined_widths(name, old, new)) if name in old else None
        if grown is not None:
            value.copy_(grown)
            fits += 1
        elif ".attentions." in name and ".proj_out." in name:
            value.zero_()
    print(f"{fits} of {len(new)} tensors are the other network's")
    unet.load_state_dict(new)
