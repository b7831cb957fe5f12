"""
An autoencoder that starts as something sensible: the encoder averages blocks of pixels, the decoder repeats them. About 20 dB before the first
step, where PyTorch's own initialisation needs a thousand steps to get.

Channels 0–2 carry the colours, 3–5 their negatives, 6 and 7 a constant ±K. Every residual branch starts as zero, so they pass unchanged. The last
group norm would divide the contrast out; the constants outweigh it there. SiLU loses nothing: silu(x) − silu(−x) = x.
"""

import torch
from torch import nn

CARRIED = 8
K = 8.0


def _identity(conv, rows=CARRIED):
    """Channel i of the result is channel i of the input, for the carried ones; the others keep their random start."""
    middle = conv.kernel_size[0] // 2
    conv.weight[:rows] = 0
    conv.bias[:rows] = 0
    for i in range(rows):
        conv.weight[i, i, middle, middle] = 1


def _halve(conv):
    """The mean of each block of 2 × 2."""
    _identity(conv)
    for i in range(CARRIED):
        conv.weight[i, i] = 0
        conv.weight[i, i, :2, :2] = 0.25


def _split_colours(conv):
    """Colours to themselves, their negatives, and the constants."""
    middle = conv.kernel_size[0] // 2
    conv.weight[:CARRIED] = 0
    conv.bias[:CARRIED] = torch.tensor([0.0] * 6 + [K, -K])
    for i in range(3):
        conv.weight[i, i, middle, middle] = 1
        conv.weight[i + 3, i, middle, middle] = -1


def _join_colours(conv):
    middle = conv.kernel_size[0] // 2
    conv.weight[:3] = 0
    conv.bias[:3] = 0
    for i in range(3):
        conv.weight[i, i, middle, middle] = 1
        conv.weight[i, i + 3, middle, middle] = -1


@torch.no_grad()
def pass_through(vae, example):
    """Initialises an AutoencoderKL; `example` [N, 3, H, W] measures what the last norms divide by."""
    for name, module in vae.named_modules():
        if name.endswith("conv2") and isinstance(module, nn.Conv2d):
            nn.init.zeros_(module.weight)
            nn.init.zeros_(module.bias)
        elif name.endswith("conv_shortcut"):
            _identity(module)
        elif name.endswith("upsamplers.0.conv"):
            _identity(module)
        elif name.endswith("downsamplers.0.conv"):
            _halve(module)
    for half in (vae.encoder, vae.decoder):
        _split_colours(half.conv_in)
        _join_colours(half.conv_out)
    for conv in (vae.quant_conv, vae.post_quant_conv):
        conv.weight.copy_(torch.eye(conv.out_channels)[:, :, None, None])
        nn.init.zeros_(conv.bias)
    latents = vae.config.latent_channels
    vae.encoder.conv_out.weight[latents:] *= 0.1
    vae.encoder.conv_out.bias[latents:] = -4  # the logarithm of the variance
    for half, run in ((vae.encoder, lambda: vae.encode(example)), (vae.decoder, lambda: vae(example))):
        seen = {}
        hook = half.conv_norm_out.register_forward_pre_hook(lambda _, inputs: seen.update(x=inputs[0]))
        run()
        hook.remove()
        group = seen["x"].flatten(2).unflatten(1, (half.conv_norm_out.num_groups, -1))[:, 0]
        half.conv_norm_out.weight[:CARRIED] = group.flatten(1).std(1).mean()
        half.conv_norm_out.bias[:CARRIED] = group.mean()
