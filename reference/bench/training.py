"""
The counterpart of `bench/training.ts` in PyTorch and diffusers: the same networks, shapes, losses and optimiser, random numbers for data.
`python reference/bench/training.py [--config FILE] [--steps N] [--threads N] [--part vae|unet] [--bf16] [--channels-last]`
"""

import argparse
import json
import os
import platform
import statistics
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL, UNet2DConditionModel

WARM_UP = 3


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", default=Path(__file__).parent.parent / "training" / "config.json", type=Path)
    parser.add_argument("--steps", default=12, type=int)
    parser.add_argument("--threads", default=os.cpu_count(), type=int)
    parser.add_argument("--part", default="vae unet")
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--channels-last", action="store_true")
    return parser.parse_args()


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []:
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def vae_loss(vae, kl_weight):
    def loss(x):
        posterior = vae.encode(x).latent_dist
        y = vae.decode(posterior.sample()).sample
        gradient = sum(((y - x).diff(dim=d)).abs().mean() for d in (2, 3))
        kl = 0.5 * (posterior.mean**2 + posterior.var - 1 - posterior.logvar).mean()
        return (y - x).abs().mean() + F.mse_loss(y, x) + 0.5 * gradient + kl_weight * kl

    return loss


def cases(config):
    """name, samples, betas, network, loss, what the loss takes"""
    vae, unet, clip, side = config["vae"], config["unet"], config["clip"], config["resolution"]
    levels, channels = len(vae["model"]["block_out_channels"]), vae["model"]["latent_channels"]
    for count, size in ((vae["batch"], vae["crop"]), (vae["fullBatch"], side)):
        blocks = {"down_block_types": ["DownEncoderBlock2D"] * levels, "up_block_types": ["UpDecoderBlock2D"] * levels}
        network = AutoencoderKL(in_channels=3, out_channels=3, sample_size=side, **blocks, **vae["model"])
        yield f"vae {count} × 3 × {size} × {size}", count, (0.9, 0.98), network, vae_loss(network, vae["kl"]), [torch.randn(count, 3, size, size)]
    n, latents, width = unet["batch"], side // 2 ** (levels - 1), clip["text"]["hidden_size"]
    network = UNet2DConditionModel(
        sample_size=latents, in_channels=2 * channels, out_channels=channels, cross_attention_dim=width, **unet["model"]
    )
    given = [
        torch.randn(n, 2 * channels, latents, latents),
        torch.arange(n) * 1000 // n,
        torch.randn(n, clip["tokenizer"]["maxLength"], width),
        torch.randn(n, channels, latents, latents),
    ]
    yield f"unet {n} × {2 * channels} × {latents} × {latents}", n, (0.9, 0.99), network, (
        lambda x, t, states, target: F.mse_loss(network(x, t, states).sample, target)
    ), given


def measure(options, betas, network, loss, given):
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4, betas=betas, weight_decay=0.01)
    if options.channels_last:
        network.to(memory_format=torch.channels_last)
        given = [x.contiguous(memory_format=torch.channels_last) if x.ndim == 4 else x for x in given]
    seconds = []
    for _ in range(WARM_UP + options.steps):
        started = time.perf_counter()
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=options.bf16):
            value = loss(*given)
        value.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        seconds.append(time.perf_counter() - started)
    return seconds[WARM_UP:]


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    form = ("bf16 autocast" if options.bf16 else "fp32") + (", channels last" if options.channels_last else "")
    print(f"{processor()}, {options.threads} threads; PyTorch {torch.__version__}, {form}\n")
    print("| step | seconds, median | fastest | samples per second |\n| --- | --- | --- | --- |")
    for name, samples, betas, network, loss, given in cases(json.loads(options.config.read_text())):
        if not any(name.startswith(part) for part in options.part.split()):
            continue
        seconds = measure(options, betas, network, loss, given)
        middle = statistics.median(seconds)
        print(f"| {name} | {middle:.3f} | {min(seconds):.3f} | {samples / middle:.1f} |", flush=True)


if __name__ == "__main__":
    main()
