"""Trains tiny's InstructPix2Pix on the encoded pairs. `python train_unet.py [--resume] [--start NAME]`

`--start unet-first` begins with the weights of `.training/unet-first.pt`, a run of the same network before the text reached its time embedding."""

import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from common import CONFIG, WORK, Average, Log, learning_rate, load, save, set_up
from data import Pairs
from diffusers import DDPMScheduler, UNet2DConditionModel
from tokens import encode as tokenize
from tokens import load_tokenizer
from train_clip import build as build_clip

SETTINGS = CONFIG["unet"]


def build():
    factor = 2 ** (len(CONFIG["vae"]["model"]["block_out_channels"]) - 1)
    channels = CONFIG["vae"]["model"]["latent_channels"]
    return UNet2DConditionModel(
        sample_size=CONFIG["resolution"] // factor,
        in_channels=2 * channels,
        out_channels=channels,
        cross_attention_dim=CONFIG["clip"]["text"]["hidden_size"],
        **SETTINGS["model"],
    )


class Texts:
    """Every instruction's hidden states, from CLIP's text tower, by the pair's number."""

    def __init__(self, name, count):
        self.tokenizer = load_tokenizer()
        self.clip = build_clip(self.tokenizer)
        state = load("clip")
        self.clip.load_state_dict({**state["clip"], **state["average"]})
        self.clip.eval().requires_grad_(False)
        words = [line["instruction"] for line in Pairs(WORK / "data" / name).lines()[:count]]
        unique = sorted(set(words))
        number = {text: i for i, text in enumerate(unique)}
        self.numbers = np.array([number[text] for text in words])
        self.table = torch.cat([self.states(unique[i : i + 256]).half() for i in range(0, len(unique), 256)])
        self.nothing = self.states([""])

    @torch.no_grad()
    def states(self, texts):
        """list of strings -> [N, T, E]"""
        return self.clip.text_model(tokenize(self.tokenizer, texts)).last_hidden_state

    def of(self, chosen):
        return self.table[self.numbers[chosen]].float()


def graft(unet, state):
    """A network without text in its time embedding, as one with it: the same weights, no scaling yet, and nothing from the text."""
    old, new = {**state["unet"], **state["average"]}, unet.state_dict()
    for name, value in old.items():
        # [channels] that were added before the norm become the shift after it; the scale's rows start at zero.
        widened = new[name].shape != value.shape
        new[name] = torch.cat([torch.zeros_like(value), 0.5 * value]) if widened else value
    for name in ("add_embedding.norm2.weight", "add_embedding.norm2.bias"):
        new[name].zero_()
    unet.load_state_dict(new)


def main():
    resume = "--resume" in sys.argv
    set_up(CONFIG["seed"])
    latents = np.load(WORK / "latents-train.npy", mmap_mode="r")
    held = torch.from_numpy(np.load(WORK / "latents-val.npy")[:256]).float()
    texts, held_texts = Texts("train", len(latents)), Texts("val", 256).of(np.arange(256))
    noising = DDPMScheduler(**SETTINGS["scheduler"])
    unet = build()
    if "--start" in sys.argv:
        graft(unet, load(sys.argv[sys.argv.index("--start") + 1]))
    optimizer = torch.optim.AdamW(unet.parameters(), lr=SETTINGS["lr"], betas=(0.9, 0.99), weight_decay=0.01)
    average = Average(unet, SETTINGS["average"])
    step, steps, batch = 0, SETTINGS["steps"], SETTINGS["batch"]
    state = load("unet") if resume else None
    if state:
        unet.load_state_dict(state["unet"])
        optimizer.load_state_dict(state["optimizer"])
        average.shadow, step = state["average"], state["step"]
    log = Log("unet", resume)
    rng = np.random.default_rng([CONFIG["seed"], step])
    torch.manual_seed(CONFIG["seed"] + step)
    checked, started, running = build(), time.time(), []

    def loss_of(network, before, after, states, t, noise):
        noisy = noising.add_noise(after, noise, t)
        return F.mse_loss(network(torch.cat([noisy, before], 1), t, states).sample, noising.get_velocity(after, noise, t))

    while step < steps:
        chosen = np.sort(rng.integers(len(latents), size=batch))
        before, after = torch.from_numpy(latents[chosen]).float().unbind(1)
        states = texts.of(chosen)
        states = states + SETTINGS["textNoise"] * torch.randn_like(states)
        u = torch.from_numpy(rng.random(batch))
        both, text, image = SETTINGS["dropBoth"], SETTINGS["dropText"], SETTINGS["dropImage"]
        states[u < both + text] = texts.nothing
        before = before * ((u >= both) & ((u < both + text) | (u >= both + text + image))).float()[:, None, None, None]
        # One timestep from each of `batch` stretches: every batch sees all levels of noise, and high ones, where the edit is decided, most.
        t = (((torch.randperm(batch) + torch.rand(batch)) / batch) ** SETTINGS["timestepPower"] * 1000).long()
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps, SETTINGS["lr"], warmup=200)
        loss = loss_of(unet, before, after, states, t, torch.randn_like(after))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(unet.parameters(), 1.0)
        optimizer.step()
        step += 1
        average.update(unet, step)
        running.append(loss.item())
        if step % 50 == 0:
            log.write(step=step, loss=round(float(np.mean(running)), 5), perStep=round((time.time() - started) / 50, 3))
            started, running = time.time(), []
        if step % 500 == 0 or step == steps:
            checked.load_state_dict(average.state_of(unet))
            with torch.no_grad():
                generator = torch.Generator().manual_seed(1)
                noise = torch.randn(held[:, 1].shape, generator=generator)
                t = (torch.arange(256) * 1000 // 256)
                value = loss_of(checked, held[:, 0], held[:, 1], held_texts, t, noise).item()
            log.write(step=step, validation=round(value, 5))
            save("unet", unet=unet.state_dict(), optimizer=optimizer.state_dict(), average=average.shadow, step=step)
            started = time.time()


if __name__ == "__main__":
    main()
