"""
One training in several processes, each with its share of every batch: they wait for each other once a step, where the threads of one wait after every
operation. `torchrun --nproc-per-node 2 -- train_unet.py …` starts them.
"""

import os

import torch
from torch import distributed

WORLD, RANK = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
ALONE, FIRST = WORLD == 1, RANK == 0


def join():
    if not ALONE:
        distributed.init_process_group("gloo")


def average_gradients(parameters):
    """Over the processes, in place: the gradients of the whole batch's mean. What a share of the batch did not use counts as nothing."""
    if ALONE:
        return
    gradients = [torch.zeros_like(each) if each.grad is None else each.grad for each in parameters]
    together = torch.cat([gradient.reshape(-1) for gradient in gradients])
    distributed.all_reduce(together)
    together /= WORLD
    for each, gradient, part in zip(parameters, gradients, together.split([gradient.numel() for gradient in gradients])):
        each.grad = gradient.copy_(part.view_as(gradient))
