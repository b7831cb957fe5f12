"""
Writes models/tiny from the latest averages of the three trainings: diffusers' folder, fp16, plus `clip/`, `soft_words/` and visii.json.
`python export.py [--out FOLDER]`
"""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import torch
from codes import Codes, SoftWords
from common import CONFIG, HERE, ROOT, averaged, load
from data import Pairs, folders
from diffusers import EulerAncestralDiscreteScheduler
from latents import trained_vae
from safetensors.torch import save_file
from tokens import FOLDER as TOKENIZER
from tokens import load_tokenizer
from train_clip import build as build_clip
from unet import build as build_unet

SOFT = CONFIG["unet"]["softWords"]


def write_json(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=2) + "\n")


def half(state):
    return {name: value.detach().half().contiguous() for name, value in state.items()}


def clip_configs(config):
    """Only what a reader needs; transformers adds dozens of settings of generation."""
    shared = ("hidden_act", "layer_norm_eps", "num_attention_heads", "num_hidden_layers", "hidden_size", "intermediate_size", "projection_dim", "attention_dropout")
    own = ("vocab_size", "max_position_embeddings", "bos_token_id", "eos_token_id", "pad_token_id")
    text = {"model_type": "clip_text_model", **{key: getattr(config.text_config, key) for key in (*own, *shared)}}
    seen = ("num_channels", "image_size", "patch_size")
    vision = {"model_type": "clip_vision_model", **{key: getattr(config.vision_config, key) for key in (*seen, *shared)}}
    whole = {
        "architectures": ["CLIPModel"],
        "model_type": "clip",
        "projection_dim": config.projection_dim,
        "logit_scale_init_value": 2.6592,
        "text_config": text,
        "vision_config": vision,
    }
    return whole, {"architectures": ["CLIPTextModel"], **text}


def preprocessor(resolution):
    return {
        "image_processor_type": "CLIPImageProcessor",
        "do_convert_rgb": True,
        "do_resize": True,
        "size": {"shortest_edge": resolution},
        "resample": 3,
        "do_center_crop": True,
        "crop_size": {"height": resolution, "width": resolution},
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_std": [0.26862954, 0.26130258, 0.27577711],
    }


def known_instructions(soft, codes):
    """Some of the instructions that were trained with, in words and as points; those that have words."""
    lines = [line for folder in folders("train") for line in Pairs(folder).lines() if line["instruction"]]
    chosen = np.random.default_rng(CONFIG["seed"]).choice(len(lines), SOFT["known"], replace=False)
    some = [lines[i] for i in chosen]
    return [line["instruction"] for line in some], soft.points(len(some), *Codes(some, codes).of(range(len(some))))


def write_soft_words(folder, state, clip, text):
    """For learning: the space that soft words lie in, and some points of it. The table of what each edit's parameters are in it stays behind."""
    soft = SoftWords(SOFT["rows"], SOFT["width"], text.hidden_size)
    soft.go_on(state["soft"])
    known, points = known_instructions(soft, state["codes"])
    sizes = {"rows": soft.rows, "width": SOFT["width"], "embedding": soft.embedding}
    write_json(folder / "config.json", {**sizes, "layer_norm_eps": text.layer_norm_eps, "known": known})
    ends = {f"norm.{key}": clip[f"text_model.final_layer_norm.{key}"] for key in ("weight", "bias")}
    weights = {f"to_rows.{name}": value for name, value in soft.to_rows.state_dict().items()}
    save_file(half({**weights, **ends, "known": points}), folder / "model.safetensors", {"format": "pt"})


def main():
    target = Path(sys.argv[sys.argv.index("--out") + 1]) if "--out" in sys.argv else ROOT / "models" / "tiny"
    out = target.with_name(target.name + ".tmp")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)

    trained_vae().half().save_pretrained(out / "vae")

    unet, state = build_unet(), load("unet")
    unet.load_state_dict(averaged(state, "unet"))
    unet.half().save_pretrained(out / "unet")

    clip, trained = build_clip(load_tokenizer()), load("clip")
    weights = half(averaged(trained, "clip"))
    write_soft_words(out / "soft_words", state, weights, clip.config.text_config)
    whole, text = clip_configs(clip.config)
    write_json(out / "clip" / "config.json", whole)
    write_json(out / "clip" / "preprocessor_config.json", preprocessor(CONFIG["resolution"]))
    save_file(weights, out / "clip" / "model.safetensors", {"format": "pt"})
    write_json(out / "text_encoder" / "config.json", text)
    tower = {name: value for name, value in weights.items() if name.startswith("text_model.")}
    save_file(tower, out / "text_encoder" / "model.safetensors", {"format": "pt"})

    shutil.copytree(TOKENIZER, out / "tokenizer")
    EulerAncestralDiscreteScheduler(**CONFIG["unet"]["scheduler"]).save_pretrained(out / "scheduler")
    write_json(
        out / "model_index.json",
        {
            "_class_name": "StableDiffusionInstructPix2PixPipeline",
            "_diffusers_version": "0.42.1",
            "feature_extractor": [None, None],
            "image_encoder": [None, None],
            "requires_safety_checker": False,
            "safety_checker": [None, None],
            "scheduler": ["diffusers", "EulerAncestralDiscreteScheduler"],
            "text_encoder": ["transformers", "CLIPTextModel"],
            "tokenizer": ["transformers", "CLIPTokenizer"],
            "unet": ["diffusers", "UNet2DConditionModel"],
            "vae": ["diffusers", "AutoencoderKL"],
        },
    )
    shutil.copy(HERE / "visii.json", out / "visii.json")
    if (target / "MODEL_CARD.md").exists():
        shutil.copy(target / "MODEL_CARD.md", out / "MODEL_CARD.md")
    for file in out.rglob("*.safetensors"):
        file.chmod(0o644)
    shutil.rmtree(target, ignore_errors=True)
    out.rename(target)
    print(f"{target}: {sum(file.stat().st_size for file in target.rglob('*') if file.is_file()) / 1e6:.1f} MB")


if __name__ == "__main__":
    with torch.no_grad():
        main()
