"""Seeded inputs, and how goldens are stored."""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from weights import seeded

NANO = Path("models/nano")
OUT = Path("test/goldens/models")
SEED = "goldens-1"


def normal(*key, shape):
    return seeded(shape, SEED, *key).double()


def pictures(n, size, *key):
    """Smooth pictures in -1 … 1."""
    coarse = normal("picture", *key, shape=(n, 3, 4, 4))
    # The rounding to float32 is part of the input: the test reads it back.
    return F.interpolate(coarse, size=size, mode="bicubic").clamp(-1, 1).float().double()


def save(name, tensors):
    OUT.mkdir(parents=True, exist_ok=True)
    ready = {
        key: (value if value.dtype == torch.int64 else value.float()).detach().contiguous().clone()
        for key, value in tensors.items()
    }
    save_file(ready, OUT / f"{name}.safetensors")
