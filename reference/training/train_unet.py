"""
Trains tiny's InstructPix2Pix on the encoded pairs. What is wrong with a prediction is counted as pixels (`pixels.py`), in proportion to what the edit
changes: that is what an edit is judged by. Latents count a little for themselves, so that none is left to chance.
`python train_unet.py [--start FILE] [--finish STEPS] [--timestep-power P] [--bf16] [--device cuda]`

Goes on from `unet.pt` in the training's folder where there is one, with whatever pairs are encoded by then; a checkpoint is written every few minutes
(`--minutes`, 3 by default) and on Ctrl-C. The learning rate stays at its peak, so that a run has no end of its own: `--finish 3000` lets it fall to
nothing over the next 3,000 steps and stops; the checkpoint knows of it, so that a fall that was interrupted goes on without the option.
`--start FILE` begins with the weights of another UNet's checkpoint, wherever names and shapes agree, or widened where levels have twice the channels;
attention that it did not have adds nothing at first. Soft words are gone on with, too, where the file has any. `--timestep-power` goes over the
configuration's, to look at high timesteps more in the end. `--bf16` multiplies in 16 bits, several times faster on processors with units for it (AMX).
With several processors, `torchrun --nproc-per-node 2 -- train_unet.py …` shares every batch between processes of one thread each (`parallel.py`).
"""

import sys
import time
from pathlib import Path

import numpy as np
import torch
from codes import SoftWords
from common import CONFIG, Average, Log, Silent, load, option, save, set_up
from diffusers.models.attention_processor import AttnProcessor
from objective import Objective
from optimizers import Optimizers
from parallel import FIRST, RANK, WORLD, average_gradients, join
from samples import ROWS, Encoder, Instructions, Samples
from unet import build, graft
from validation import Validation

SETTINGS = CONFIG["unet"]
SOFT = SETTINGS["softWords"]


class Rate:
    """The learning rate's share of its peak: up to it, there, and down at the end that `--finish` asks for; `down` is a fall that has begun, (first step, steps)."""

    def __init__(self, step, down):
        finish = option("--finish")
        self.down = (step, int(finish)) if finish else down

    def at(self, step):
        rise = min(1, (step + 1) / 200)
        return rise * max(0.02, 1 - (step - self.down[0]) / self.down[1]) if self.down else rise

    def over(self, step):
        return self.down is not None and step >= sum(self.down)


class Batches:
    """What a step is given, drawn by the seed and the step that a run begins with."""

    def __init__(self, samples, instructions, step):
        self.samples, self.instructions = samples, instructions
        self.device, self.size = instructions.device, SETTINGS["batch"] // WORLD
        self.power = float(option("--timestep-power", SETTINGS["timestepPower"]))
        self.rng = np.random.default_rng([CONFIG["seed"], step, RANK])
        torch.manual_seed(CONFIG["seed"] + step * WORLD + RANK)

    def states(self, chosen, fate):
        """In words where there are any, by soft words, or both, and a little noise; all is dropped where `fate` says so."""
        say = self.instructions
        states = say.words(self.samples, chosen)
        by_code = torch.from_numpy(self.samples.unspoken[chosen] | (self.rng.random(self.size) < SOFT["share"])).to(self.device)
        states = torch.where(by_code[:, None, None], say.soft(self.samples, chosen), states)
        mixed = self.samples.hybrids.possible(chosen) & (self.rng.random(self.size) < SETTINGS["hybridShare"])
        if mixed.any():
            states[torch.from_numpy(mixed).to(self.device)] = say.hybrid(self.samples, chosen[mixed], self.rng)
        states = states + SETTINGS["textNoise"] * torch.randn(states.shape).to(self.device)
        dropped = fate < SETTINGS["dropBoth"] + SETTINGS["dropText"]
        return torch.where(dropped[:, None, None], say.nothing, states)

    def timesteps(self):
        """One from each of `size` stretches: every batch sees all levels of noise, and high ones, where the edit is decided, most; some take the levels as they come."""
        stretches = (torch.randperm(self.size) + torch.rand(self.size)) / self.size
        power = torch.where(torch.rand(self.size) < SETTINGS["timestepEven"], 1.0, self.power)
        return (stretches**power * 1000).long().clamp(max=999).to(self.device)  # a share just below 1 is rounded up to it

    def next(self):
        """before, after [N, C, H, W]; states [N, T, E]; t [N]; noise; and the before latents that the network is told, some of them dropped"""
        chosen = np.sort(self.rng.integers(len(self.samples), size=self.size))
        before, after = self.samples.pairs(chosen).to(self.device).unbind(1)
        fate = torch.from_numpy(self.rng.random(self.size)).to(self.device)
        states = self.states(chosen, fate)
        both, text, image = SETTINGS["dropBoth"], SETTINGS["dropText"], SETTINGS["dropImage"]
        kept = (fate >= both) & ((fate < both + text) | (fate >= both + text + image))
        return before, after, states, self.timesteps(), torch.randn(after.shape).to(self.device), before * kept.float()[:, None, None, None]


def main():
    device = option("--device", "cpu")
    sixteen = device != "cpu" or "--bf16" in sys.argv
    every = 60 * float(option("--minutes", 3))
    set_up(CONFIG["seed"])
    join()
    state, encoder = load("unet"), Encoder()
    start = torch.load(Path(option("--start")), weights_only=False) if option("--start") and not state else {}
    samples = Samples("train", encoder, (state or start).get("codes"))
    held = Samples("val", encoder, samples.codes.state())
    objective = Objective(samples, device, sixteen)
    unet = build()
    soft = SoftWords(ROWS, SOFT["width"], encoder.neutral.shape[2])
    step = 0
    if state:
        unet.load_state_dict(state["unet"])
        soft.load_state_dict(state["soft"])
    elif start:
        graft(unet, start)
        soft.go_on(start.get("soft", {}))
    unet.to(device, memory_format=torch.channels_last)
    if device == "cpu":
        unet.set_attn_processor(AttnProcessor())  # so few tokens are multiplied faster at once than in blocks
    instructions = Instructions(encoder, soft, device)
    optimizers = Optimizers(unet, soft)
    average = Average(unet, SETTINGS["average"])
    if state:
        optimizers.load_state_dict(state["optimizers"])
        average.shadow, step = {name: value.to(device) for name, value in state["average"].items()}, state["step"]
    rate = Rate(step, state.get("down") if state else None)
    log = Log("unet", state is not None) if FIRST else Silent()
    log.write(step=step, pairs=len(samples), instructions=len(samples.table), codes=len(samples.codes.keys), parameters=sum(p.numel() for p in unet.parameters()))
    batches = Batches(samples, instructions, step)
    validation = Validation(samples, held, objective)

    def validate():
        if FIRST:
            log.write(step=step, validation=validation.run(average.state_of(unet), instructions))

    def checkpoint():
        if FIRST:
            save("unet", unet=unet.state_dict(), soft=soft.state_dict(), optimizers=optimizers.state_dict(), average=average.shadow, step=step, down=rate.down, codes=samples.codes.state())

    if not state:
        validate()
    saved, started, running = time.time(), time.time(), []
    try:
        while not rate.over(step):
            before, after, states, t, noise, told = batches.next()
            change = objective.pixels.of(after - before)
            loss = objective.loss(objective.difference(unet, told, after, states, t, noise), change)
            loss.backward()
            average_gradients(optimizers.parameters)
            optimizers.step(rate.at(step))
            step += 1
            average.update(unet, step)
            running.append(loss.item())
            if step % 50 == 0:
                log.write(step=step, loss=round(float(np.mean(running)), 5), perStep=round((time.time() - started) / 50, 3))
                started, running = time.time(), []
            if step % 500 == 0 or rate.over(step):
                validate()
                started = time.time()
            if time.time() - saved > every:
                checkpoint()
                saved = time.time()
    finally:
        checkpoint()


if __name__ == "__main__":
    main()
