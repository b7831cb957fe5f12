"""
How far latents are from each other as pictures. An autoencoder's latents don't count alike: noise in one channel may be hundreds of times as
visible as in another, and a network that learns to denoise them all alike spends itself on what nobody sees.

The convolution that comes nearest to the decoder stands for it: of 3 x 3 latents it makes the pixels that belong to the middle one. It is found by
least squares on training pictures, and is no part of the model. `python pixels.py` says how near it comes, and how much each channel counts.
"""

import numpy as np
import torch
import torch.nn.functional as F
from common import WORK
from data import Pairs, folders, to_tensor


def nearest_convolution(latents, pictures, factor):
    """Latents [N, C, H, W] and uint8 pictures [N][3, factor · H, factor · W] -> weight [3 · factor², C, 3, 3], bias, share of the variance it explains."""
    inside = lambda x: x[:, :, 1:-1, 1:-1].permute(0, 2, 3, 1).flatten(0, 2)
    channels = latents.shape[1]
    around = F.unfold(F.pad(latents, (1, 1, 1, 1)), 3).unflatten(2, latents.shape[2:])
    given = inside(around).double()
    given = torch.cat([given, torch.ones(len(given), 1)], 1)
    wanted = inside(F.pixel_unshuffle(pictures, factor)).double()
    solution = torch.linalg.lstsq(given.T @ given, given.T @ wanted).solution
    left = (given @ solution - wanted).square().mean() / wanted.var()
    weight = solution[:-1].T.reshape(-1, channels, 3, 3).float()
    return weight, 1 - left.item()


class PixelError:
    """Squared differences of latents, as pixels in −1 … 1."""

    def __init__(self, pairs, latents, count=256):
        some = np.linspace(0, len(latents) - 1, count).astype(int)
        z = torch.from_numpy(np.concatenate([latents[i] for i in some])).float()
        x = to_tensor([pairs.pictures(i, which) for i in some for which in (0, 1)])
        self.weight, self.explained = nearest_convolution(z, x, x.shape[-1] // z.shape[-1])

    def squares(self, difference):
        """Differences of latents [N, C, H, W] -> squared errors [N, 3 · factor², H, W] of the pixels that belong to each"""
        return F.conv2d(difference, self.weight.to(difference), padding=1).square()

    def of(self, difference):
        """The same -> mean squared error [N]"""
        return self.squares(difference).mean((1, 2, 3))


def main():
    folder = folders("train")[0]
    pixels = PixelError(Pairs(folder), np.load(WORK / f"latents-{folder.name}.npy", mmap_mode="r"))
    counts = pixels.weight.square().mean(0).sum((1, 2))
    print(f"{pixels.explained:.1%} of the pixels' variance; by channel {[round(each, 4) for each in counts.tolist()]}")


if __name__ == "__main__":
    main()
