"""
What the trainings share: exponential averages, schedules, logs, checkpoints. The environment's TRAINING names the folder of data and checkpoints (by
default `.training` in the repository), THREADS or OMP_NUM_THREADS how many processor threads are used.
"""

import json
import math
import os
import signal
import sys
import time
from pathlib import Path

import torch

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
WORK = Path(os.environ.get("TRAINING", ROOT / ".training"))
CONFIG = json.loads((HERE / "config.json").read_text())


def option(name, default=None):
    """What follows an option on the command line."""
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default


def set_up(seed):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as Ctrl-C: what is done is kept
    torch.set_num_threads(int(os.environ.get("THREADS") or os.environ.get("OMP_NUM_THREADS", "2")))
    torch.set_flush_denormal(True)
    torch.manual_seed(seed)


def learning_rate(step, steps, peak, warmup=100):
    """Linear warm-up, then a half cosine to 2 % of the peak."""
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup))))


class Average:
    """Exponential moving average of a module's parameters, with a warm-up of its decay."""

    def __init__(self, module, decay):
        self.decay = decay
        self.shadow = {name: p.detach().clone() for name, p in module.named_parameters()}

    @torch.no_grad()
    def update(self, module, step):
        decay = min(self.decay, (1 + step) / (10 + step))
        names, values = zip(*module.named_parameters())
        torch._foreach_lerp_([self.shadow[name] for name in names], [p.detach() for p in values], 1 - decay)

    def state_of(self, module):
        return {**module.state_dict(), **self.shadow}


class Log:
    """One JSON object per line, kept in the repository."""

    def __init__(self, name, resume):
        self.path = HERE / "logs" / f"{name}.jsonl"
        self.path.parent.mkdir(exist_ok=True)
        self.file = self.path.open("a" if resume else "w")
        self.started = time.time()

    def write(self, **entry):
        entry["seconds"] = round(time.time() - self.started, 1)
        self.file.write(json.dumps(entry) + "\n")
        self.file.flush()
        print(entry, flush=True)


class Silent:
    """The log of a process that another one speaks for."""

    def write(self, **entry):
        pass


def save(name, **state):
    WORK.mkdir(exist_ok=True)
    torch.save(state, WORK / f"{name}.pt.tmp")
    (WORK / f"{name}.pt.tmp").rename(WORK / f"{name}.pt")


def load(name):
    path = WORK / f"{name}.pt"
    return torch.load(path, weights_only=False) if path.exists() else None


def averaged(state, part):
    """A checkpoint's weights as they are used: the averages, and what is not averaged as it is."""
    return {**state[part], **state["average"]}
