"""Writes test/goldens/metrics.json: SSIM, GMSD and the CLIP scores of small pictures and vectors, in float64.

    python reference/goldens/make_metrics.py            (from the repository's root)

SSIM is scikit-image's `structural_similarity(a, b, channel_axis=-1, gaussian_weights=True, use_sample_covariance=False,
data_range=255)` and GMSD the authors' Matlab, both written out here with PyTorch's convolutions.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

from weights import seeded


def picture(name, height, width):
    """uint8 [H, W, 3], smooth with some noise."""
    coarse = seeded((1, 3, 5, 5), "metrics", name)
    smooth = F.interpolate(coarse, size=(height, width), mode="bicubic")[0].permute(1, 2, 0)
    return ((smooth * 60 + 128 + 6 * seeded((height, width, 3), "metrics", name, "noise")).clamp(0, 255)).to(torch.uint8)


def gaussian():
    x = torch.arange(11).double() - 5
    bell = torch.exp(-(x**2) / (2 * 1.5**2))
    bell = bell / bell.sum()
    return torch.outer(bell, bell)[None, None]


def ssim(a, b):
    a, b = (x.double().permute(2, 0, 1)[:, None] for x in (a, b))  # [3, 1, H, W]
    window = gaussian()
    mean = lambda x: F.conv2d(x, window)  # only where the window lies inside, as skimage crops
    ma, mb = mean(a), mean(b)
    va, vb, vab = mean(a * a) - ma**2, mean(b * b) - mb**2, mean(a * b) - ma * mb
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return (((2 * ma * mb + c1) * (2 * vab + c2)) / ((ma**2 + mb**2 + c1) * (va + vb + c2))).mean()


def gmsd(a, b):
    prewitt = torch.tensor([[1, 0, -1]] * 3).double() / 3

    def gradient(x):
        grey = (x.double() * torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64)).sum(-1)[None, None]
        half = F.avg_pool2d(grey, 2)
        dx, dy = (F.conv2d(half, kernel[None, None], padding=1) for kernel in (prewitt, prewitt.T))
        return (dx**2 + dy**2).sqrt()

    ga, gb = gradient(a), gradient(b)
    return ((2 * ga * gb + 170) / (ga**2 + gb**2 + 170)).std()


def scores(name):
    """x, y, x', y', truth, caption before and after, in a space of 16."""
    unit = {
        key: F.normalize(seeded((16,), "metrics", name, key).double(), dim=0).float().double()
        for key in ("x", "y", "input", "output", "truth", "captionBefore", "captionAfter")
    }
    cos = lambda a, b: F.cosine_similarity(a, b, dim=0)
    moved = unit["output"] - unit["input"]
    toward = unit["y"] - unit["truth"]
    return {
        **{key: value.tolist() for key, value in unit.items()},
        "image": cos(unit["input"], unit["output"]).item(),
        "directional": cos(moved, unit["captionAfter"] - unit["captionBefore"]).item(),
        "visual": cos(moved, unit["y"] - unit["x"]).item(),
        "leakage": ((unit["output"] - unit["truth"]) @ toward / (toward @ toward)).item(),
    }


def bootstrap(clusters, resamples, seed):
    """The mean of all values, and its 95 % interval over clusters drawn with replacement."""
    sums = torch.tensor([sum(values) for values in clusters], dtype=torch.float64)
    counts = torch.tensor([len(values) for values in clusters], dtype=torch.float64)
    generator = torch.Generator().manual_seed(seed)
    draws = torch.randint(0, len(clusters), (resamples, len(clusters)), generator=generator)
    means = sums[draws].sum(1) / counts[draws].sum(1)
    low, high = means.quantile(torch.tensor([0.025, 0.975], dtype=torch.float64)).tolist()
    return {"clusters": clusters, "resamples": resamples, "seed": seed, "mean": (sums.sum() / counts.sum()).item(), "low": low, "high": high}


def main():
    cases = []
    for name, height, width in (("even", 24, 30), ("odd", 17, 23)):
        a, b = picture(name, height, width), picture(name + " other", height, width)
        mse = F.mse_loss(a.double() / 255, b.double() / 255)
        cases.append(
            {
                "name": name,
                "width": width,
                "height": height,
                "a": a.flatten().tolist(),
                "b": b.flatten().tolist(),
                "mse": mse.item(),
                "psnr": (10 * torch.log10(1 / mse)).item(),
                "ssim": ssim(a, b).item(),
                "gmsd": gmsd(a, b).item(),
            }
        )
    values = seeded((24,), "metrics", "bootstrap").double().tolist()
    clusters = [values[i : i + n] for i, n in ((0, 2), (2, 2), (4, 1), (5, 5), (10, 3), (13, 2), (15, 9))]
    golden = {"pictures": cases, "clip": [scores("one"), scores("two")], "bootstrap": bootstrap(clusters, 500, 3)}
    Path("test/goldens/metrics.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
