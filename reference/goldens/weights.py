"""Random weights that depend on nothing but a seed and the parameter's name, scaled so that layers give O(1)."""

import math
import zlib

import torch


def seeded(shape, *key):
    """Standard normals drawn from a generator of their own, seeded by the key."""
    seed = zlib.crc32("/".join(map(str, key)).encode())
    return torch.randn(tuple(shape), generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def randomise(model, seed):
    """Fills every parameter: matrices and kernels 1/sqrt(fan in), norms around 1, biases small, embeddings 0.6."""
    for name, parameter in model.named_parameters():
        normal = seeded(parameter.shape, seed, name)
        if "embedding" in name and "time_embedding" not in name and "patch" not in name:
            parameter.copy_(0.6 * normal)
        elif parameter.ndim >= 2:
            parameter.copy_(normal / math.sqrt(parameter[0].numel()))
        elif parameter.ndim == 1 and "norm" in name and name.endswith("weight"):
            parameter.copy_(1 + 0.1 * normal)
        elif parameter.ndim == 1:
            parameter.copy_(0.1 * normal)
    return model.eval()
