"""Writes models/nano: a whole InstructPix2Pix of random weights in diffusers' layout, small enough for every test.

    python reference/goldens/make_nano.py            (from the repository's root)

The UNet is stored in 32 bits, everything else in 16, so that tests read both.
"""

import json
from collections import Counter
from pathlib import Path

import torch
from diffusers import AutoencoderKL, EulerAncestralDiscreteScheduler, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPModel

from weights import randomise, seeded

FOLDER = Path("models/nano")
SEED = "nano-1"
RESOLUTION = 32
TOKENS = 77
KNOWN = ["make it red", "turn it into a sketch", "add a frame", "make it night", "add snow"]
WORDS = """a an the and of in on with to as it is at by for from into make turn add remove change replace put give
picture photo painting drawing sketch watercolor cartoon icon style color colour black white red green blue
yellow orange purple pink brown grey gray gold silver teal navy salmon sepia night day winter summer snow
rain fire water forest mountain city house tree flower cat dog bird fish horse tiger lion bear man woman
child face hat glasses frame border background blur sharp dark light bright pixel stripes dots checker
outline shadow invert emboss solarize duotone small big old new oil wooden stone glass metal neon vintage
comic anime pencil charcoal pastel mosaic poster""".split()


def byte_alphabet():
    """GPT-2's printable stand-ins for the 256 bytes, in the order that CLIP's vocabulary lists them."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    return [chr(b) for b in plain] + [chr(256 + n) for n in range(256 - len(plain))]


def learn_merges(words, count):
    """Byte-pair merges, the most frequent pair first and the alphabet's order among equals."""
    pieces = [(*word[:-1], word[-1] + "</w>") for word in words]
    merges = []
    while len(merges) < count:
        pairs = Counter(pair for word in pieces for pair in zip(word, word[1:]))
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        pieces = [merge(word, best) for word in pieces]
    return merges


def merge(word, pair):
    out, i = [], 0
    while i < len(word):
        if word[i : i + 2] == pair:
            out.append("".join(pair))
            i += 2
        else:
            out.append(word[i])
            i += 1
    return tuple(out)


def write_json(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_tokenizer(folder):
    """vocab.json and merges.txt as CLIP has them: bytes, bytes that end a word, merges, the two special tokens last."""
    merges = learn_merges(WORDS, 200)
    alphabet = byte_alphabet()
    tokens = alphabet + [letter + "</w>" for letter in alphabet] + ["".join(pair) for pair in merges]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    assert len(vocabulary) == len(tokens)
    write_json(folder / "vocab.json", vocabulary)
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    special = {
        "bos_token": "<|startoftext|>",
        "eos_token": "<|endoftext|>",
        "unk_token": "<|endoftext|>",
        "pad_token": "<|endoftext|>",
    }
    write_json(folder / "special_tokens_map.json", special)
    write_json(
        folder / "tokenizer_config.json",
        {
            **special,
            "add_prefix_space": False,
            "do_lower_case": True,
            "model_max_length": TOKENS,
            "tokenizer_class": "CLIPTokenizer",
        },
    )
    return len(tokens)


def clip_config(vocabulary):
    """CLIP's legacy `eos_token_id: 2` on purpose: it is what every Stable Diffusion 1.x folder says."""
    shared = {
        "hidden_act": "quick_gelu",
        "layer_norm_eps": 1e-5,
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "projection_dim": 24,
        "attention_dropout": 0.0,
    }
    text = {
        "model_type": "clip_text_model",
        "vocab_size": vocabulary,
        "hidden_size": 32,
        "intermediate_size": 64,
        "max_position_embeddings": TOKENS,
        "bos_token_id": 0,
        "eos_token_id": 2,
        "pad_token_id": 1,
        **shared,
    }
    vision = {
        "model_type": "clip_vision_model",
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_channels": 3,
        "image_size": RESOLUTION,
        "patch_size": 8,
        **shared,
    }
    return {
        "architectures": ["CLIPModel"],
        "model_type": "clip",
        "projection_dim": 24,
        "logit_scale_init_value": 2.6592,
        "text_config": text,
        "vision_config": vision,
    }


@torch.no_grad()
def make_vae():
    vae = AutoencoderKL(
        sample_size=RESOLUTION,
        block_out_channels=(8, 16, 16),
        layers_per_block=1,
        norm_num_groups=4,
        latent_channels=4,
        scaling_factor=0.5,
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
    )
    randomise(vae, SEED + "/vae")
    picture = seeded((8, 3, RESOLUTION, RESOLUTION), SEED, "picture").clamp(-1, 1)
    vae.quant_conv.weight[:4] *= 2 / vae.encode(picture).latent_dist.mode().std()
    latents = vae.encode(picture).latent_dist.mode()
    vae.decoder.conv_out.weight *= 0.5 / vae.decode(latents).sample.std()
    return vae.half()


def make_unet():
    return randomise(
        UNet2DConditionModel(
            sample_size=RESOLUTION // 4,
            in_channels=8,
            out_channels=4,
            block_out_channels=(16, 16, 32),
            layers_per_block=1,
            down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
            up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
            norm_num_groups=8,
            cross_attention_dim=32,
            attention_head_dim=4,
        ),
        SEED + "/unet",
    )


def write_soft_words(folder, rows=10, width=8, embedding=32):
    """A random space of instructions, in the layout of tiny's (`reference/training/export.py`)."""
    write_json(folder / "config.json", {"rows": rows, "width": width, "embedding": embedding, "layer_norm_eps": 1e-5, "known": KNOWN})
    part = lambda name, *shape: seeded(shape, SEED, f"soft_words/{name}").half()
    weights = {
        "to_rows.weight": part("to_rows.weight", rows * embedding, width),
        "to_rows.bias": part("to_rows.bias", rows * embedding),
        "norm.weight": 1 + part("norm.weight", embedding) / 4,
        "norm.bias": part("norm.bias", embedding) / 4,
        "known": part("known", len(KNOWN), width),
    }
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def main():
    vocabulary = write_tokenizer(FOLDER / "tokenizer")

    config = clip_config(vocabulary)
    clip = randomise(CLIPModel(CLIPConfig(**config)), SEED + "/clip")
    weights = {name: value.half().contiguous() for name, value in clip.state_dict().items()}
    write_json(FOLDER / "clip/config.json", config)
    save_file(weights, FOLDER / "clip/model.safetensors", {"format": "pt"})
    write_json(
        FOLDER / "clip/preprocessor_config.json",
        {
            "image_processor_type": "CLIPImageProcessor",
            "do_convert_rgb": True,
            "do_resize": True,
            "size": {"shortest_edge": RESOLUTION},
            "resample": 3,
            "do_center_crop": True,
            "crop_size": {"height": RESOLUTION, "width": RESOLUTION},
            "do_rescale": True,
            "rescale_factor": 1 / 255,
            "do_normalize": True,
            "image_mean": [0.48145466, 0.4578275, 0.40821073],
            "image_std": [0.26862954, 0.26130258, 0.27577711],
        },
    )
    write_json(FOLDER / "text_encoder/config.json", {"architectures": ["CLIPTextModel"], **config["text_config"]})
    text = {name: value for name, value in weights.items() if name.startswith("text_model.")}
    save_file(text, FOLDER / "text_encoder/model.safetensors", {"format": "pt"})

    write_soft_words(FOLDER / "soft_words")
    make_unet().save_pretrained(FOLDER / "unet")
    make_vae().save_pretrained(FOLDER / "vae")
    EulerAncestralDiscreteScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        steps_offset=1,
        prediction_type="epsilon",
    ).save_pretrained(FOLDER / "scheduler")
    write_json(
        FOLDER / "model_index.json",
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
    write_json(FOLDER / "visii.json", {"name": "nano", "version": "1", "resolution": RESOLUTION})
    for file in FOLDER.rglob("*.safetensors"):
        file.chmod(0o644)


if __name__ == "__main__":
    main()
