"""
Makes of a model's folder what a training goes on from: `vae.pt`, `clip.pt`, `tokenizer/` and `NAME.pt` for `train_unet.py --start`.
`python unpack.py [FOLDER]` (by default models/tiny)

Optimisers' moments are no part of a model, so they start anew; so do the soft words, which are thrown away after a training.
"""

import json
import shutil
import sys
from pathlib import Path

from common import ROOT, WORK, save
from diffusers import AutoencoderKL, UNet2DConditionModel
from tokens import FOLDER as TOKENIZER
from transformers import CLIPModel


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "models" / "tiny"
    vae = AutoencoderKL.from_pretrained(folder / "vae").float()
    channels = vae.config.latent_channels
    save("vae", vae=vae.state_dict(), average={}, step=0)
    # Its latents are normalised already, so nothing is left to be folded into it.
    (WORK / "latents.json").write_text(json.dumps({"mean": [0.0] * channels, "std": [1.0] * channels}))
    save("clip", clip=CLIPModel.from_pretrained(folder / "clip").float().state_dict(), average={}, step=0)
    shutil.copytree(folder / "tokenizer", TOKENIZER, dirs_exist_ok=True)
    save(folder.name, unet=UNet2DConditionModel.from_pretrained(folder / "unet").float().state_dict(), average={})


if __name__ == "__main__":
    main()
