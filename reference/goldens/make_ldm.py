"""Writes test/goldens/ldm.json: how a Stable Diffusion 1.x checkpoint in one file calls its tensors, and how diffusers does.

    python reference/goldens/make_ldm.py             (from the repository's root)

The original names are made from diffusers' own, by tables written for this; then diffusers' loader of single files has to turn them
back, names and values, and to derive the configurations that are written too. Twice: for InstructPix2Pix in its full size (shapes
alone, nothing is allocated) and for one with narrower layers, which the test fills and runs.
"""

import json
from pathlib import Path

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.loaders.single_file_utils import (
    convert_ldm_clip_checkpoint,
    convert_ldm_unet_checkpoint,
    convert_ldm_vae_checkpoint,
    create_unet_diffusers_config_from_ldm,
    create_vae_diffusers_config_from_ldm,
)
from transformers import CLIPTextConfig, CLIPTextModel

from weights import randomise

OUT = Path("test/goldens/ldm.json")
PREFIXES = {"unet": "model.diffusion_model.", "vae": "first_stage_model.", "text_encoder": "cond_stage_model.transformer."}
LEVELS, LAYERS = 4, 2  # of the UNet and of the VAE

FULL = {
    "width": 320,
    "multipliers": [1, 2, 4, 4],
    "vae": 128,
    "text": {"vocab_size": 49408, "hidden_size": 768, "intermediate_size": 3072},
}
SMALL = {
    "width": 32,
    "multipliers": [1, 2, 3, 3],
    "vae": 32,
    "text": {"vocab_size": 714, "hidden_size": 48, "intermediate_size": 96},
}


def original_config(size):
    """What the YAML file beside InstructPix2Pix's checkpoint says, as far as diffusers asks."""
    unet = {
        "in_channels": 8,
        "out_channels": 4,
        "model_channels": size["width"],
        "attention_resolutions": [4, 2, 1],
        "num_res_blocks": LAYERS,
        "channel_mult": size["multipliers"],
        "num_heads": 8,
        "transformer_depth": 1,
        "context_dim": size["text"]["hidden_size"],
    }
    vae = {
        "in_channels": 3,
        "out_ch": 3,
        "z_channels": 4,
        "ch": size["vae"],
        "ch_mult": size["multipliers"],
        "num_res_blocks": LAYERS,
    }
    return {
        "model": {
            "params": {
                "scale_factor": 0.18215,
                "unet_config": {"params": unet},
                "first_stage_config": {"params": {"ddconfig": vae}},
            }
        }
    }


def text_config(size):
    """`openai/clip-vit-large-patch14`'s, with the legacy end token that every Stable Diffusion 1.x folder has."""
    shared = {"num_hidden_layers": 12, "num_attention_heads": 12, "max_position_embeddings": 77}
    tokens = {"bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1}
    return {**size["text"], **shared, **tokens, "hidden_act": "quick_gelu", "layer_norm_eps": 1e-5}


def unet_places():
    """(diffusers, original) beginnings of names, block by block."""
    pairs = [
        ("conv_in.", "input_blocks.0.0."),
        ("time_embedding.linear_1.", "time_embed.0."),
        ("time_embedding.linear_2.", "time_embed.2."),
        ("conv_norm_out.", "out.0."),
        ("conv_out.", "out.2."),
        ("mid_block.resnets.0.", "middle_block.0."),
        ("mid_block.attentions.0.", "middle_block.1."),
        ("mid_block.resnets.1.", "middle_block.2."),
    ]
    for i in range(LEVELS):
        first = 1 + i * (LAYERS + 1)
        for j in range(LAYERS):
            pairs.append((f"down_blocks.{i}.resnets.{j}.", f"input_blocks.{first + j}.0."))
            pairs.append((f"down_blocks.{i}.attentions.{j}.", f"input_blocks.{first + j}.1."))
        pairs.append((f"down_blocks.{i}.downsamplers.0.conv.", f"input_blocks.{first + LAYERS}.0.op."))
        first = i * (LAYERS + 1)
        for j in range(LAYERS + 1):
            pairs.append((f"up_blocks.{i}.resnets.{j}.", f"output_blocks.{first + j}.0."))
            pairs.append((f"up_blocks.{i}.attentions.{j}.", f"output_blocks.{first + j}.1."))
        # It comes after the attention, and the first way up has none.
        pairs.append((f"up_blocks.{i}.upsamplers.0.conv.", f"output_blocks.{first + LAYERS}.{1 if i == 0 else 2}.conv."))
    return pairs


UNET_RESNET = [
    ("norm1.", "in_layers.0."),
    ("conv1.", "in_layers.2."),
    ("time_emb_proj.", "emb_layers.1."),
    ("norm2.", "out_layers.0."),
    ("conv2.", "out_layers.3."),
    ("conv_shortcut.", "skip_connection."),
]


def vae_places():
    pairs = []
    for side in ("encoder", "decoder"):
        pairs += [
            (f"{side}.conv_norm_out.", f"{side}.norm_out."),
            (f"{side}.mid_block.resnets.0.", f"{side}.mid.block_1."),
            (f"{side}.mid_block.resnets.1.", f"{side}.mid.block_2."),
            (f"{side}.mid_block.attentions.0.", f"{side}.mid.attn_1."),
        ]
    for i in range(LEVELS):
        mirrored = LEVELS - 1 - i
        for j in range(LAYERS):
            pairs.append((f"encoder.down_blocks.{i}.resnets.{j}.", f"encoder.down.{i}.block.{j}."))
        pairs.append((f"encoder.down_blocks.{i}.downsamplers.0.", f"encoder.down.{i}.downsample."))
        for j in range(LAYERS + 1):
            pairs.append((f"decoder.up_blocks.{i}.resnets.{j}.", f"decoder.up.{mirrored}.block.{j}."))
        pairs.append((f"decoder.up_blocks.{i}.upsamplers.0.", f"decoder.up.{mirrored}.upsample."))
    return pairs


VAE_ATTENTION = [
    ("group_norm.", "norm."),
    ("to_q.", "q."),
    ("to_k.", "k."),
    ("to_v.", "v."),
    ("to_out.0.", "proj_out."),
]


def begin(name, pairs):
    for diffusers, original in pairs:
        if name.startswith(diffusers):
            return original, name.removeprefix(diffusers)
    return "", name


def unet_original(name):
    place, rest = begin(name, unet_places())
    return place + ("".join(begin(rest, UNET_RESNET)) if ".resnets." in name else rest)


def vae_original(name):
    place, rest = begin(name, vae_places())
    if ".attentions." in name:
        rest = "".join(begin(rest, VAE_ATTENTION))
    return place + rest.replace("conv_shortcut.", "nin_shortcut.")


def vae_tensor(name, value):
    """The projections of the VAE's attention were 1 × 1 convolutions."""
    return value[:, :, None, None] if ".attentions." in name and value.ndim == 2 else value


def build(size, device):
    """Three networks of this size, and their configurations as diffusers derives them."""
    config = original_config(size)
    probe = {"model.diffusion_model.input_blocks.0.0.weight": torch.empty(size["width"], 8, 3, 3, device="meta")}
    configs = {
        "unet": create_unet_diffusers_config_from_ldm(config, probe),
        "vae": create_vae_diffusers_config_from_ldm(config, probe),
        "text_encoder": text_config(size),
    }
    with torch.device(device):
        networks = {
            "unet": UNet2DConditionModel(**configs["unet"]),
            "vae": AutoencoderKL(**configs["vae"]),
            "text_encoder": CLIPTextModel(CLIPTextConfig(**configs["text_encoder"])),
        }
    if device != "meta":
        for part, network in networks.items():
            randomise(network, f"ldm-1/{part}")
    states = {part: dict(network.state_dict()) for part, network in networks.items()}
    # Folders of this family were saved by a transformers that said so.
    states["text_encoder"] = {f"text_model.{name}": value for name, value in states["text_encoder"].items()}
    assert all(not name.startswith("text_model.text_model.") for name in states["text_encoder"])
    return states, configs


def as_single_file(states):
    """Original key → (part, diffusers' key, tensor)."""
    renames = {"unet": unet_original, "vae": vae_original, "text_encoder": lambda name: name}
    file = {}
    for part, state in states.items():
        for name, value in state.items():
            key = PREFIXES[part] + renames[part](name)
            assert key not in file, key
            file[key] = (part, name, vae_tensor(name, value) if part == "vae" else value)
    return file


def check(file, states, configs, values):
    """diffusers turns the single file back into what it was made from."""
    checkpoint = {key: value for key, (_, _, value) in file.items()}
    back = {
        "unet": convert_ldm_unet_checkpoint(checkpoint, configs["unet"]),
        "vae": convert_ldm_vae_checkpoint(checkpoint, configs["vae"]),
        "text_encoder": convert_ldm_clip_checkpoint(checkpoint),
    }
    for part, state in states.items():
        assert set(back[part]) == set(state), (part, set(back[part]) ^ set(state))
        for name, value in state.items():
            assert back[part][name].shape == value.shape, name
            assert not values or torch.equal(back[part][name], value), name
    print(f"{len(file)} tensors, {sum(value.numel() for value in checkpoint.values())} values: as diffusers reads them")


def main():
    full_states, full_configs = build(FULL, "meta")
    full = as_single_file(full_states)
    check(full, full_states, full_configs, values=False)
    small_states, small_configs = build(SMALL, "cpu")
    small = as_single_file(small_states)
    check(small, small_states, small_configs, values=True)
    assert list(full) == list(small)

    rows = [
        json.dumps([part, key.removeprefix(PREFIXES[part]), name, list(value.shape), list(small[key][2].shape)], separators=(",", ":"))
        for key, (part, name, value) in sorted(full.items())
    ]
    head = json.dumps({"prefixes": PREFIXES, "configs": {"full": full_configs, "small": small_configs}}, indent=1)
    OUT.write_text(f'{head[:-2]},\n "tensors": [\n' + ",\n".join(rows) + "\n ]\n}\n", encoding="utf-8")
    print(f"{OUT}: {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
