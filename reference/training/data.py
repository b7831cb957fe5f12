"""Reads the shards that `npm run train:data` writes: raw bytes [n, 2, 128, 128, 3] and a line of JSON per pair."""

import json
from pathlib import Path

import numpy as np
import torch
from common import WORK

SIZE = 128


def folders(name):
    """`data/train`, or several that begin so, each with another seed."""
    return sorted(path for path in (WORK / "data").glob(f"{name}*") if path.is_dir())


class Pairs:
    """Before and after pictures of folders of shards, memory-mapped. A shard counts once its list is written; more of them may come later."""

    def __init__(self, *paths):
        lists = [path for folder in paths for path in sorted(Path(folder).glob("pairs-*.jsonl"))]
        self.lists = lists
        self.shards = [np.memmap(path.with_suffix(".u8"), dtype=np.uint8, mode="r").reshape(-1, 2, SIZE, SIZE, 3) for path in lists]
        self.starts = np.cumsum([0] + [len(shard) for shard in self.shards])

    def __len__(self):
        return int(self.starts[-1])

    def pictures(self, index, which):
        """uint8 [H, W, 3]; which: 0 before, 1 after."""
        shard = int(np.searchsorted(self.starts, index, side="right")) - 1
        return self.shards[shard][index - self.starts[shard], which]

    def lines(self):
        return [json.loads(line) for path in self.lists for line in path.read_text().splitlines()]


def to_tensor(pictures):
    """list of uint8 [H, W, 3] -> float32 [N, 3, H, W] in -1 … 1"""
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1
