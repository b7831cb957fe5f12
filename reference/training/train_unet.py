"""
Trains tiny's InstructPix2Pix on the encoded pairs. What is wrong with a prediction is counted as pixels (`pixels.py`), in proportion to what the edit
changes: that is what an edit is judged by. Latents count a little for themselves, so that none is left to chance.
`python train_unet.py [--start FILE] [--finish STEPS] [--timestep-power P] [--bf16] [--compile] [--device cuda]`

Goes on from `unet.pt` in the training's folder where there is one, with whatever pairs are encoded by then; a checkpoint is written every few minutes
(`--minutes`, 3 by default) and on Ctrl-C. The learning rate stays at its peak, so that a run has no end of its own: `--finish 3000` lets it fall to
nothing over the next 3,000 steps and stops; the checkpoint knows of it, so that a fall that was interrupted goes on without the option.
`--start FILE` begins with the weights of another UNet's checkpoint, wherever names and shapes agree, or widened where this one has twice the channels;
attention that it did not have adds nothing at first. `--timestep-power` goes over the configuration's, to look at high timesteps more in the end.
`--bf16` multiplies in 16 bits, several times faster on processors with units for it (AMX). `--compile` takes a minute and a half, and a C++ compiler, and
makes a step a fifth shorter.
"""

import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from codes import Codes, SoftWords
from common import CONFIG, WORK, Average, Log, load, option, save, set_up
from data import Pairs, folders
from diffusers import DDPMScheduler, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from hybrids import Hybrids
from pixels import PixelError
from tokens import encode as tokenize
from tokens import load_tokenizer
from train_clip import build as build_clip
from widen import widen

SETTINGS = CONFIG["unet"]
SOFT = SETTINGS["softWords"]
PIXELS = SETTINGS["pixels"]


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


class Encoder:
    """CLIP's text tower, as it is."""

    def __init__(self):
        self.tokenizer = load_tokenizer()
        self.clip = build_clip(self.tokenizer)
        state = load("clip")
        self.clip.load_state_dict({**state["clip"], **state["average"]})
        self.clip.eval().requires_grad_(False)
        self.norm = self.clip.text_model.final_layer_norm
        self.nothing = self.states([""])
        self.neutral = self.states([" ".join([","] * SOFT["rows"])])

    @torch.no_grad()
    def states(self, texts):
        """list of strings -> [N, T, E]"""
        return self.clip.text_model(tokenize(self.tokenizer, texts)).last_hidden_state

    def states_and_ends(self, texts):
        """The same, and where each text's end row is."""
        ids = tokenize(self.tokenizer, texts)
        return self.states(texts), (ids == self.tokenizer.eos_token_id).int().argmax(1).tolist()


class Samples:
    """Encoded pairs of some folders, their instructions' states, and their codes."""

    def __init__(self, name, encoder, known=None):
        parts = []
        for folder in folders(name):
            file = WORK / f"latents-{folder.name}.npy"
            if file.exists():
                parts.append((np.load(file, mmap_mode="r"), Pairs(folder).lines()))
        self.latents = [latents for latents, _ in parts]
        self.starts = np.cumsum([0] + [len(latents) for latents in self.latents])
        lines = [line for latents, lines in parts for line in lines[: len(latents)]]
        words = [line["instruction"] for line in lines]
        unique = sorted(set(words))
        number = {text: i for i, text in enumerate(unique)}
        self.numbers = np.array([number[text] for text in words])
        self.table = torch.cat([encoder.states(unique[i : i + 256]).half() for i in range(0, len(unique), 256)])
        self.codes = Codes(lines, known)
        self.hybrids = Hybrids(lines, encoder, SOFT["rows"])

    def __len__(self):
        return int(self.starts[-1])

    def pairs(self, chosen):
        """Numbers -> latents [N, 2, C, H, W]"""
        places = np.searchsorted(self.starts, chosen, side="right") - 1
        return torch.from_numpy(np.stack([self.latents[p][i - self.starts[p]] for p, i in zip(places, chosen)])).float()

    def texts(self, chosen):
        return self.table[self.numbers[chosen]].float()


def graft(unet, state):
    """What the other network has, where it fits or can be widened; new attention begins as one that adds nothing."""
    old, new = {**state["unet"], **state["average"]}, unet.state_dict()
    generator = torch.Generator().manual_seed(CONFIG["seed"])
    fits = 0
    for name, value in new.items():
        grown = widen(name, old[name], value.shape, generator) if name in old else None
        if grown is not None:
            value.copy_(grown)
            fits += 1
        elif ".attentions." in name and ".proj_out." in name:
            value.zero_()
    print(f"{fits} of {len(new)} tensors are the other network's")
    unet.load_state_dict(new)


class Rate:
    """The learning rate: up to its peak, there, and down at the end that `--finish` asks for; `down` is a fall that has begun, (first step, steps)."""

    def __init__(self, step, down):
        finish = option("--finish")
        self.down = (step, int(finish)) if finish else down

    def at(self, step):
        rate = SETTINGS["lr"] * min(1, (step + 1) / 200)
        if self.down:
            rate *= max(0.02, 1 - (step - self.down[0]) / self.down[1])
        return rate

    def over(self, step):
        return self.down is not None and step >= sum(self.down)


def main():
    device = option("--device", "cpu")
    sixteen = device != "cpu" or "--bf16" in sys.argv
    every = 60 * float(option("--minutes", 3))
    set_up(CONFIG["seed"])
    state, encoder = load("unet"), Encoder()
    samples = Samples("train", encoder, state and state["codes"])
    held = Samples("val", encoder, samples.codes.state())
    pixels = PixelError(Pairs(folders("train")[0]), samples.latents[0])
    noising = DDPMScheduler(**SETTINGS["scheduler"])
    unet = build()
    soft = SoftWords(SOFT["rows"], SOFT["width"], encoder.neutral.shape[2])
    step = 0
    if state:
        unet.load_state_dict(state["unet"])
        soft.load_state_dict(state["soft"])
    elif option("--start"):
        graft(unet, torch.load(Path(option("--start")), weights_only=False))
    unet.to(device, memory_format=torch.channels_last)
    if device == "cpu":
        unet.set_attn_processor(AttnProcessor())  # so few tokens are multiplied faster at once than in blocks
    soft.to(device)
    encoder.norm.to(device)
    parameters = [*unet.parameters(), *soft.parameters()]
    groups = [{"params": [*unet.parameters()]}, {"params": [*soft.parameters()]}]
    optimizer = torch.optim.AdamW(groups, lr=SETTINGS["lr"], betas=(0.9, 0.99), weight_decay=0.01)
    average = Average(unet, SETTINGS["average"])
    if state:
        optimizer.load_state_dict(state["optimizer"])
        average.shadow, step = {name: value.to(device) for name, value in state["average"].items()}, state["step"]
    rate = Rate(step, state.get("down") if state else None)
    log = Log("unet", state is not None)
    log.write(step=step, pairs=len(samples), instructions=len(samples.table), codes=len(samples.codes.keys), parameters=sum(p.numel() for p in unet.parameters()))
    batch, power = SETTINGS["batch"], float(option("--timestep-power", SETTINGS["timestepPower"]))
    rng = np.random.default_rng([CONFIG["seed"], step])
    torch.manual_seed(CONFIG["seed"] + step)
    trained = torch.compile(unet) if "--compile" in sys.argv else unet
    checked = build().to(device, memory_format=torch.channels_last)
    nothing, neutral = encoder.nothing.to(device), encoder.neutral.to(device)

    def soft_states(source, chosen, without=None):
        rows = soft(len(chosen), *(each.to(device) for each in source.codes.of(chosen, without)), encoder.norm)
        around = neutral.expand(len(chosen), -1, -1)
        return torch.cat([around[:, :1], rows, around[:, 1 + SOFT["rows"] :]], 1)

    def hybrid_states(source, chosen, rng):
        parts = source.hybrids.parts(chosen, rng)
        return source.hybrids.join(soft_states(source, chosen, parts), chosen, parts, rng)

    def difference(network, before, after, states, t, noise):
        """Of the predicted v and the true one [N, C, H, W]"""
        noisy = noising.add_noise(after, noise, t)
        given = torch.cat([noisy, before], 1).contiguous(memory_format=torch.channels_last)
        with torch.autocast(device, torch.bfloat16, enabled=sixteen):
            return network(given, t, states).sample.float() - noising.get_velocity(after, noise, t)

    def loss_of(difference, change):
        """`change` [N]: what the edit changes, as pixels."""
        wrong = pixels.of(difference) / (change + PIXELS["floor"])
        return PIXELS["weight"] * wrong.mean() + difference.square().mean()

    @torch.no_grad()
    def validate():
        """
        Squared errors of v at all timesteps alike: of pairs kept out by words, by soft words, and as hybrids; and of pairs trained on, by words. "edits": out
        of nothing but noise, by words and by soft words, the pixels' error over what the edit changes, median.
        """
        checked.load_state_dict(average.state_of(unet))
        rng = np.random.default_rng(1)

        def differences(source, chosen, states_of, highest=False):
            """With each, what the edit changes."""
            generator = torch.Generator().manual_seed(1)
            for start in range(0, len(chosen), 64):
                some = chosen[start : start + 64]
                before, after = source.pairs(some).to(device).unbind(1)
                noise = torch.randn(after.shape, generator=generator).to(device)
                t = (torch.arange(start, start + len(some)) * 7919 % len(chosen) * 1000 // len(chosen)).to(device)
                t = torch.full_like(t, 999) if highest else t
                yield difference(checked, before, after, states_of(source, some).to(device), t, noise), pixels.of(after - before)

        def mean(*what):
            return round(torch.cat([each.square().mean((1, 2, 3)) for each, _ in differences(*what)]).mean().item(), 5)

        def ratio(*what):
            return round(torch.cat([pixels.of(each) / change for each, change in differences(*what, highest=True)]).median().item(), 4)

        texts = lambda source, some: source.texts(some)
        first = lambda source: np.arange(min(256, len(source)))
        composed = np.flatnonzero(held.hybrids.possible(range(len(held))))
        return {
            "text": mean(held, first(held), texts),
            "soft": mean(held, first(held), soft_states),
            "hybrid": mean(held, composed, lambda source, some: hybrid_states(source, some, rng)),
            "trained": mean(samples, first(samples), texts),
            "edits": {"text": ratio(held, first(held), texts), "soft": ratio(held, first(held), soft_states)},
        }

    def checkpoint():
        save("unet", unet=unet.state_dict(), soft=soft.state_dict(), optimizer=optimizer.state_dict(), average=average.shadow, step=step, down=rate.down, codes=samples.codes.state())

    if not state:
        log.write(step=0, validation=validate())
    saved, started, running = time.time(), time.time(), []
    try:
        while not rate.over(step):
            chosen = np.sort(rng.integers(len(samples), size=batch))
            before, after = samples.pairs(chosen).to(device).unbind(1)
            change = pixels.of(after - before)
            states = samples.texts(chosen).to(device)
            fate = torch.from_numpy(rng.random(batch)).to(device)
            by_code = torch.from_numpy(rng.random(batch) < SOFT["share"]).to(device)
            states = torch.where(by_code[:, None, None], soft_states(samples, chosen), states)
            mixed = samples.hybrids.possible(chosen) & (rng.random(batch) < SETTINGS["hybridShare"])
            if mixed.any():
                states[torch.from_numpy(mixed).to(device)] = hybrid_states(samples, chosen[mixed], rng)
            states = states + SETTINGS["textNoise"] * torch.randn(states.shape).to(device)
            both, text, image = SETTINGS["dropBoth"], SETTINGS["dropText"], SETTINGS["dropImage"]
            states = torch.where((fate < both + text)[:, None, None], nothing, states)
            before = before * ((fate >= both) & ((fate < both + text) | (fate >= both + text + image))).float()[:, None, None, None]
            # One timestep from each of `batch` stretches: every batch sees all levels of noise, and high ones, where the edit is decided, most.
            t = (((torch.randperm(batch) + torch.rand(batch)) / batch) ** power * 1000).long().to(device)
            for group, times in zip(optimizer.param_groups, (1, SOFT["rate"])):
                group["lr"] = times * rate.at(step)
            loss = loss_of(difference(trained, before, after, states, t, torch.randn(after.shape).to(device)), change)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            step += 1
            average.update(unet, step)
            running.append(loss.item())
            if step % 50 == 0:
                log.write(step=step, loss=round(float(np.mean(running)), 5), perStep=round((time.time() - started) / 50, 3))
                started, running = time.time(), []
            if step % 500 == 0 or rate.over(step):
                log.write(step=step, validation=validate())
                started = time.time()
            if time.time() - saved > every:
                checkpoint()
                saved = time.time()
    finally:
        checkpoint()


if __name__ == "__main__":
    main()
