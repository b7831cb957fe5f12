"""
Trains tiny's autoencoder: mostly on crops, at the end on whole pictures. `python train_vae.py [--resume] [--start] [--steps N] [--rate F]`

`--start` goes on from the weights in `vae.pt` with a schedule of its own: `--steps` and the peak of its rate go over the configuration's. The latents'
mean and deviation stay what they were (`latents.json`), so that a UNet trained on them still finds its way.
"""

import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from common import CONFIG, WORK, Average, Log, averaged, learning_rate, load, option, save, set_up
from data import Pairs, folders, to_tensor
from diffusers import AutoencoderKL
from pass_through import pass_through

SETTINGS = CONFIG["vae"]


def build():
    levels = len(SETTINGS["model"]["block_out_channels"])
    return AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=["DownEncoderBlock2D"] * levels,
        up_block_types=["UpDecoderBlock2D"] * levels,
        sample_size=CONFIG["resolution"],
        **SETTINGS["model"],
    )


class Source:
    """Crops or whole pictures; training pairs are used as soon as they are there, scenes with invented colours before that."""

    def __init__(self, rng):
        self.rng = rng
        self.scenes = Pairs(WORK / "data" / "scenes")
        self.train = None

    def batch(self, count, crop):
        if self.train is None and (WORK / "data" / "train" / "meta.json").exists():
            self.train = Pairs(*folders("train"))
        pictures = []
        for _ in range(count):
            if self.train is not None and self.rng.random() < 0.85:
                picture = self.train.pictures(int(self.rng.integers(len(self.train))), int(self.rng.random() < 0.75))
            else:
                picture = self.scenes.pictures(int(self.rng.integers(len(self.scenes) - 256)), 0)
            if crop:
                top, left = self.rng.integers(0, picture.shape[0] - crop + 1, 2)
                picture = picture[top : top + crop, left : left + crop]
            pictures.append(picture)
        x = to_tensor(pictures)
        return x if self.train is not None else self.disguise(x)

    def disguise(self, x):
        """Other colours, outlines, stripes and frames, so that the scenes alone teach more than their own looks."""
        x = x.clone()
        for i in range(len(x)):
            kind = self.rng.random()
            if kind < 0.25:
                x[i] = x[i][torch.from_numpy(self.rng.permutation(3))] * float(self.rng.uniform(0.4, 1)) * (1 if self.rng.random() < 0.7 else -1)
            elif kind < 0.4:
                grey = x[i].mean(0, keepdim=True)
                a, b = (torch.from_numpy(self.rng.uniform(-1, 1, 3)).float().view(3, 1, 1) for _ in range(2))
                x[i] = a + (b - a) * (grey + 1) / 2
            elif kind < 0.5:
                grey = x[i].mean(0)
                edge = (grey - grey.roll(1, 0)).abs() + (grey - grey.roll(1, 1)).abs()
                x[i] = (1 - 4 * edge.clamp(0, 0.5))[None].expand(3, -1, -1)
            elif kind < 0.6:
                width = int(self.rng.integers(3, 12))
                ramp = torch.arange(x.shape[-1])
                stripes = ((ramp[None] + (ramp[:, None] if self.rng.random() < 0.5 else 0)) // width) % 2 == 0
                x[i][:, stripes.expand(x.shape[-2], -1)] = torch.from_numpy(self.rng.uniform(-1, 1, (3, 1))).float()
        return x


def losses(vae, x, kl_weight):
    posterior = vae.encode(x).latent_dist
    y = vae.decode(posterior.sample()).sample
    l1, l2 = (y - x).abs().mean(), F.mse_loss(y, x)
    gradient = sum(((y - x).diff(dim=d)).abs().mean() for d in (2, 3))
    kl = 0.5 * (posterior.mean**2 + posterior.var - 1 - posterior.logvar).mean()
    return l1 + l2 + 0.5 * gradient + kl_weight * kl, l2, kl


@torch.no_grad()
def quality(vae, pairs, indices, which):
    """Decibels of whole pictures encoded and decoded, as 8-bit pixels in 0 … 1."""
    errors = []
    for i in indices:
        x = to_tensor([pairs.pictures(i, which)])
        y = vae.decode(vae.encode(x).latent_dist.mode()).sample.clamp(-1, 1)
        errors.append((((x - y) / 2) ** 2).mean().item())
    return float(np.mean([-10 * np.log10(e) for e in errors]))


def main():
    resume, start = "--resume" in sys.argv, "--start" in sys.argv
    peak = float(option("--rate", SETTINGS["lr"]))
    set_up(CONFIG["seed"])
    vae = build().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(vae.parameters(), lr=peak, betas=(0.9, 0.98), weight_decay=0.01)
    step, steps = 0, int(option("--steps", SETTINGS["steps"]))
    state = load("vae") if resume or start else None
    if state:
        vae.load_state_dict(state["vae"] if resume else averaged(state, "vae"))
    average = Average(vae, SETTINGS["average"])
    if state and resume:
        optimizer.load_state_dict(state["optimizer"])
        average.shadow, step = state["average"], state["step"]
    log = Log("vae", resume or start)
    source = Source(np.random.default_rng([CONFIG["seed"], step]))
    checked = build()
    held = list(range(len(source.scenes) - 32, len(source.scenes)))
    if not state:
        pass_through(vae, to_tensor([source.scenes.pictures(i, 0) for i in held]))
        average = Average(vae, SETTINGS["average"])
        log.write(step=0, scenes_dB=round(quality(vae, source.scenes, held, 0), 2))
    started = time.time()
    while step < steps:
        whole = step >= steps * (1 - SETTINGS["fullPictureShare"])
        x = source.batch(SETTINGS["fullBatch"], 0) if whole else source.batch(SETTINGS["batch"], SETTINGS["crop"])
        x = x.contiguous(memory_format=torch.channels_last)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps, peak)
        loss, l2, kl = losses(vae, x, SETTINGS["kl"])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimizer.step()
        step += 1
        average.update(vae, step)
        if step % 50 == 0:
            log.write(step=step, loss=round(loss.item(), 5), mse=round(l2.item(), 5), kl=round(kl.item(), 3), perStep=round((time.time() - started) / 50, 3))
            started = time.time()
        if step % 250 == 0 or step == steps:
            checked.load_state_dict(average.state_of(vae))
            checked.eval()
            entry = {"scenes_dB": round(quality(checked, source.scenes, held, 0), 2)}
            if (WORK / "data" / "val" / "meta.json").exists():
                entry["edited_dB"] = round(quality(checked, Pairs(WORK / "data" / "val"), range(48), 1), 2)
            log.write(step=step, **entry)
            save("vae", vae=vae.state_dict(), optimizer=optimizer.state_dict(), average=average.shadow, step=step)
            started = time.time()


if __name__ == "__main__":
    main()
