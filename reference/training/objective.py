"""What is wrong with a UNet's prediction."""

import torch
from common import CONFIG
from data import Pairs, folders
from diffusers import DDPMScheduler
from pixels import PixelError

PIXELS = CONFIG["unet"]["pixels"]


class Objective:
    def __init__(self, samples, device="cpu", sixteen=False):
        self.pixels = PixelError(Pairs(folders("train")[0]), samples.latents[0])
        self.noising = DDPMScheduler(**CONFIG["unet"]["scheduler"])
        self.device, self.sixteen = device, sixteen

    def difference(self, network, before, after, states, t, noise):
        """Of the predicted v and the true one [N, C, H, W]"""
        noisy = self.noising.add_noise(after, noise, t)
        given = torch.cat([noisy, before], 1).contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device, torch.bfloat16, enabled=self.sixteen):
            return network(given, t, states).sample.float() - self.noising.get_velocity(after, noise, t)

    def loss(self, difference, change):
        """`change` [N]: what the edit changes, as pixels."""
        wrong = self.pixels.of(difference) / (change + PIXELS["floor"])
        return PIXELS["weight"] * wrong.mean() + difference.square().mean()
