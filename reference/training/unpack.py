"""
Makes of a model's folder what a training goes on from: `vae.pt`, `clip.pt`, `tokenizer/` and `NAME.pt` for `train_unet.py --start`.
`python unpack.py [FOLDER]` (by default models/tiny) `[--unet FILE]`

Optimisers' moments are no part of a model, so they start anew; so do the soft words, of which a model keeps the space alone. `--unet` takes a training
that `pack.py` has kept on its way, and soft words with it.
"""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
from common import ROOT, WORK, option, save
from diffusers import AutoencoderKL, UNet2DConditionModel
from safetensors import safe_open
from safetensors.torch import load_file
from tokens import FOLDER as TOKENIZER
from transformers import CLIPModel


def kept_training(path):
    """What `pack.py` wrote, as `train_unet.py --start` takes it."""
    weights = {name: value.float() for name, value in load_file(path).items()}
    part = lambda prefix: {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)}
    with safe_open(path, "pt") as file:
        codes = json.loads(file.metadata()["codes"])
    tables = {which: {key: np.array(row, dtype=np.float32) for key, row in codes[which].items()} for which in ("mean", "deviation")}
    return {"unet": part("unet."), "soft": part("soft."), "codes": {"keys": codes["keys"], **tables}}


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 and not sys.argv[1].startswith("--") else ROOT / "models" / "tiny"
    vae = AutoencoderKL.from_pretrained(folder / "vae").float()
    channels = vae.config.latent_channels
    save("vae", vae=vae.state_dict(), average={}, step=0)
    # Its latents are normalised already, so nothing is left to be folded into it.
    (WORK / "latents.json").write_text(json.dumps({"mean": [0.0] * channels, "std": [1.0] * channels}))
    save("clip", clip=CLIPModel.from_pretrained(folder / "clip").float().state_dict(), average={}, step=0)
    shutil.copytree(folder / "tokenizer", TOKENIZER, dirs_exist_ok=True)
    kept = option("--unet")
    begun = kept_training(kept) if kept else {"unet": UNet2DConditionModel.from_pretrained(folder / "unet").float().state_dict()}
    save(folder.name, **begun, average={})


if __name__ == "__main__":
    main()
