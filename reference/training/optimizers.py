"""
Who moves which weights: matrices inside the network by Muon, which makes a step's singular values all alike, everything else by AdamW.

Muon takes matrices; a convolution's weights are given to it as one, a row for each channel that comes out.
"""

import torch
from common import CONFIG

SETTINGS = CONFIG["unet"]


def rows(weight):
    """[O, I, H, W], channels last, or [O, I] -> the same numbers in the same place, [O, H · W · I]"""
    return weight.permute(0, 2, 3, 1).flatten(1) if weight.ndim == 4 else weight


class Optimizers:
    """Of a UNet and its soft words. `step` takes the gradients, and forgets them."""

    def __init__(self, unet, soft):
        inside = lambda name, weight: weight.ndim > 1 and not name.startswith(("conv_in", "conv_out"))
        named = [*unet.named_parameters()]
        self.matrices = [weight for name, weight in named if inside(name, weight)]
        self.views = [torch.nn.Parameter(rows(weight.detach())) for weight in self.matrices]
        if any(view.data_ptr() != weight.data_ptr() for view, weight in zip(self.views, self.matrices)):
            raise ValueError("Muon would move copies of the weights: give the UNet channels last before its optimizers")
        rest = [weight for name, weight in named if not inside(name, weight)]
        words = [*soft.parameters()]
        self.parameters = [*unet.parameters(), *words]
        self.muon = torch.optim.Muon(self.views, lr=0, weight_decay=0.01, adjust_lr_fn="match_rms_adamw")
        self.adam = torch.optim.AdamW([{"params": rest}, {"params": words}], lr=0, betas=(0.9, 0.99), weight_decay=0.01)

    def step(self, rate):
        """`rate`: share of each one's peak"""
        softs = SETTINGS["lr"] * SETTINGS["softWords"]["rate"]
        for group, peak in zip([*self.muon.param_groups, *self.adam.param_groups], (SETTINGS["lrMatrices"], SETTINGS["lr"], softs)):
            group["lr"] = peak * rate
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        for view, weight in zip(self.views, self.matrices):
            view.grad = rows(weight.grad)
        self.muon.step()
        self.adam.step()
        for parameter in self.parameters:
            parameter.grad = None

    def state_dict(self):
        return {"muon": self.muon.state_dict(), "adam": self.adam.state_dict()}

    def load_state_dict(self, state):
        self.muon.load_state_dict(state["muon"])
        self.adam.load_state_dict(state["adam"])
