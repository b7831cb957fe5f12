"""Writes test/goldens/rng/torch.json: what torch.Generator('cpu') gives for several seeds.

    python reference/goldens/make_rng.py
"""

import json
from pathlib import Path

import torch

OUT = Path(__file__).parents[2] / "test" / "goldens" / "rng" / "torch.json"
SEEDS = [0, 42, 2**31, 2**32 - 1, 2**32 + 7, 2**64 - 1, -1, -(2**63)]
# One generator draws these in turn, so that what one draw leaves behind shows in the next: 1, 15 and 3 cache a normal.
SIZES = [1, 15, 16, 3, 17, 31, 64, 5, 100]


def words(generator, count):
    """The raw 32-bit words, two from each full 64-bit integer (high half first)."""
    values = torch.empty(count // 2, dtype=torch.int64).random_(-(2**63), None, generator=generator)
    return [half for value in values.tolist() for half in ((value >> 32) & 0xFFFFFFFF, value & 0xFFFFFFFF)]


def short(tensor):
    """float32 values with the nine digits that identify them."""
    return [float(f"{value:.9g}") for value in tensor.tolist()]


def of_seed(seed):
    g = torch.Generator("cpu")
    record = {"seed": str(seed)}
    # More than twice 624, so that the state is renewed twice.
    record["words"] = words(g.manual_seed(seed), 1300)
    record["float64"] = torch.rand(8, generator=g.manual_seed(seed), dtype=torch.float64).tolist()
    record["uniform"] = short(torch.rand(37, generator=g.manual_seed(seed)))
    record["randint"] = torch.randint(-5, 1000, (40,), generator=g.manual_seed(seed)).tolist()
    record["randperm"] = torch.randperm(100, generator=g.manual_seed(seed)).tolist()
    g.manual_seed(seed)
    record["randn"] = [short(torch.randn(size, generator=g)) for size in SIZES]
    return record


def main():
    OUT.parent.mkdir(parents=True, exist_ok=True)
    golden = {"torch": torch.__version__, "seeds": [of_seed(seed) for seed in SEEDS]}
    OUT.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print(f"{OUT.name}: {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
