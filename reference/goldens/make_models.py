"""Writes test/goldens/models: outputs and gradients of small networks, from PyTorch, diffusers and transformers.

    python reference/goldens/make_models.py            (from the repository's root, after make_nano.py)

Everything is computed in float64 and stored as float32, so that what a test measures is our rounding alone. `nano` is
the built-in test model; `variant` is a second set of networks, written here, with the options that nano leaves at their
defaults.
"""

import json
import shutil

import torch
import torch.nn.functional as F
from common import NANO, OUT, SEED, normal, pictures, save
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.models.embeddings import get_timestep_embedding
from captioning import write_captions
from learning import learn, write_hybrids
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPModel

from weights import randomise

VARIANT = OUT / "variant"


def gradients(loss, tensors):
    """{"gradient.name": d loss / d tensor}"""
    found = torch.autograd.grad(loss, list(tensors.values()))
    return {f"gradient.{name}": gradient for name, gradient in zip(tensors, found)}


def parameters(model, names):
    table = dict(model.named_parameters())
    return {name: table[name] for name in names}


# ---- UNet


def unet(name, model, sample, states, names, residuals=False):
    model = model.double().train(False)
    sample, states = normal(name, "sample", shape=sample), normal(name, "states", shape=states).requires_grad_()
    timestep = torch.tensor([981, 7])[: len(sample)]
    inputs = {"input.sample": sample, "input.timestep": timestep.double(), "input.states": states}
    extra = {}
    if residuals:
        # Shapes of the way down, from a hook on what the middle block and the last stage of the way down see.
        shapes = down_shapes(model, sample, timestep, states)
        added = [0.3 * normal(name, "residual", i, shape=shape) for i, shape in enumerate(shapes)]
        extra = {"down_block_additional_residuals": added[:-1], "mid_block_additional_residual": added[-1]}
        inputs |= {f"input.residual.{i}": value for i, value in enumerate(added)}
    output = model(sample, timestep, states, **extra).sample
    target = normal(name, "target", shape=output.shape)
    loss = F.mse_loss(output, target)
    save(
        name,
        {
            **inputs,
            "input.target": target,
            "output.prediction": output,
            "output.loss": loss,
            **gradients(loss, {"states": states, **parameters(model, names)}),
        },
    )


def down_shapes(model, sample, timestep, states):
    """Shapes of the residuals, and of the middle block's output last."""
    shapes = []
    hooks = [model.conv_in.register_forward_hook(lambda _, __, out: shapes.append(out.shape))]
    hooks += [
        block.register_forward_hook(lambda _, __, out: shapes.extend(x.shape for x in out[1]))
        for block in model.down_blocks
    ]
    hooks.append(model.mid_block.register_forward_hook(lambda _, __, out: shapes.append(out.shape)))
    model(sample, timestep, states)
    for hook in hooks:
        hook.remove()
    return shapes


NANO_UNET_WEIGHTS = [
    "conv_in.weight",
    "conv_in.bias",
    "time_embedding.linear_1.weight",
    "time_embedding.linear_2.bias",
    "down_blocks.0.resnets.0.norm1.weight",
    "down_blocks.0.resnets.0.time_emb_proj.weight",
    "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight",
    "down_blocks.0.downsamplers.0.conv.weight",
    "down_blocks.1.attentions.0.proj_in.weight",
    "down_blocks.1.attentions.0.transformer_blocks.0.norm3.bias",
    "mid_block.attentions.0.transformer_blocks.0.attn1.to_q.weight",
    "mid_block.attentions.0.transformer_blocks.0.attn2.to_v.weight",
    "up_blocks.0.resnets.1.conv_shortcut.weight",
    "up_blocks.1.upsamplers.0.conv.weight",
    "up_blocks.2.attentions.1.transformer_blocks.0.ff.net.0.proj.weight",
    "up_blocks.2.attentions.1.transformer_blocks.0.attn2.to_out.0.bias",
    "conv_norm_out.bias",
    "conv_out.weight",
]

VARIANT_UNET_WEIGHTS = [
    "conv_in.weight",
    "time_embedding.linear_2.weight",
    "add_embedding.pool.positional_embedding",
    "add_embedding.pool.k_proj.weight",
    "add_embedding.proj.weight",
    "down_blocks.0.resnets.0.time_emb_proj.weight",
    "down_blocks.0.resnets.0.norm2.bias",
    "down_blocks.0.downsamplers.0.conv.bias",
    "down_blocks.1.attentions.0.norm.weight",
    "down_blocks.1.attentions.0.proj_in.weight",
    "down_blocks.1.attentions.0.transformer_blocks.1.attn1.to_v.weight",
    "down_blocks.1.resnets.0.conv_shortcut.weight",
    "mid_block.resnets.0.conv1.weight",
    "mid_block.attentions.0.proj_out.bias",
    "up_blocks.0.attentions.2.transformer_blocks.0.norm1.weight",
    "up_blocks.0.attentions.0.transformer_blocks.1.attn2.to_k.weight",
    "up_blocks.0.upsamplers.0.conv.weight",
    "up_blocks.1.resnets.0.conv_shortcut.bias",
    "up_blocks.1.resnets.1.conv2.weight",
    "conv_out.weight",
]


def variant_unet():
    """4 channels, linear projections, a list of heads, text in a scaling and shifting time embedding, bfloat16 weights, and every number another than the default."""
    model = randomise(
        UNet2DConditionModel(
            sample_size=8,
            in_channels=4,
            out_channels=4,
            block_out_channels=(8, 16),
            layers_per_block=(1, 2),
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            norm_num_groups=4,
            norm_eps=1e-6,
            cross_attention_dim=24,
            attention_head_dim=[2, 4],
            use_linear_projection=True,
            only_cross_attention=(False, True),
            transformer_layers_per_block=(1, 2),
            flip_sin_to_cos=False,
            freq_shift=1,
            center_input_sample=True,
            conv_in_kernel=5,
            conv_out_kernel=1,
            time_embedding_dim=24,
            upcast_attention=True,
            resnet_time_scale_shift="scale_shift",
            addition_embed_type="text",
            addition_embed_type_num_heads=4,
        ),
        SEED + "/unet",
    ).to(torch.bfloat16)
    model.save_pretrained(VARIANT / "unet")
    return model


# ---- VAE


def vae(name, model, size, names):
    model = model.double()
    pixels = pictures(1, size, name)
    distribution = model.encode(pixels).latent_dist
    noise = normal(name, "noise", shape=distribution.mean.shape)
    latents = distribution.mean + distribution.std * noise
    decoded = model.decode(latents).sample
    loss = F.mse_loss(decoded, pixels)
    given = 2 * normal(name, "latents", shape=distribution.mean.shape)
    save(
        name,
        {
            "input.pixels": pixels,
            "input.noise": noise,
            "input.latents": given,
            "output.mean": distribution.mean,
            "output.logvar": distribution.logvar,
            "output.decoded": model.decode(given).sample,
            "output.loss": loss,
            **gradients(loss, parameters(model, names)),
        },
    )


NANO_VAE_WEIGHTS = [
    "encoder.conv_in.weight",
    "encoder.down_blocks.0.downsamplers.0.conv.weight",
    "encoder.down_blocks.1.resnets.0.conv_shortcut.weight",
    "encoder.mid_block.attentions.0.to_q.weight",
    "encoder.mid_block.attentions.0.group_norm.weight",
    "encoder.conv_out.bias",
    "quant_conv.weight",
    "post_quant_conv.bias",
    "decoder.conv_in.weight",
    "decoder.mid_block.attentions.0.to_out.0.weight",
    "decoder.mid_block.attentions.0.to_v.bias",
    "decoder.up_blocks.0.upsamplers.0.conv.weight",
    "decoder.up_blocks.2.resnets.0.conv_shortcut.weight",
    "decoder.up_blocks.2.resnets.1.norm1.bias",
    "decoder.conv_norm_out.weight",
    "decoder.conv_out.weight",
]

VARIANT_VAE_WEIGHTS = [
    "encoder.conv_in.bias",
    "encoder.down_blocks.0.resnets.1.conv1.weight",
    "encoder.mid_block.resnets.1.norm2.weight",
    "encoder.conv_out.weight",
    "decoder.conv_in.weight",
    "decoder.up_blocks.1.resnets.2.conv2.weight",
    "decoder.conv_out.bias",
]


def variant_vae():
    model = randomise(
        AutoencoderKL(
            sample_size=16,
            block_out_channels=(4, 8),
            layers_per_block=2,
            norm_num_groups=2,
            latent_channels=3,
            down_block_types=("DownEncoderBlock2D",) * 2,
            up_block_types=("UpDecoderBlock2D",) * 2,
            scaling_factor=0.9,
            use_quant_conv=False,
            use_post_quant_conv=False,
            mid_block_add_attention=False,
        ),
        SEED + "/vae",
    ).half()
    model.save_pretrained(VARIANT / "vae")
    return model


# ---- CLIP


def clip(name, model, ids, text_names, vision_names):
    model = model.double()
    ids = torch.tensor(ids)
    embeddings = model.text_model.embeddings.token_embedding(ids).detach().requires_grad_()
    hook = model.text_model.embeddings.token_embedding.register_forward_hook(lambda *_: embeddings)
    text = model.text_model(ids)
    text_embeds = model.text_projection(text.pooler_output)
    hook.remove()
    states_target = normal(name, "states", shape=text.last_hidden_state.shape)
    text_target = normal(name, "text", shape=text_embeds.shape)
    text_loss = F.mse_loss(text.last_hidden_state, states_target) + F.mse_loss(text_embeds, text_target)

    size, channels = model.config.vision_config.image_size, model.config.vision_config.num_channels
    pixels = 2 * normal(name, "pixels", shape=(2, channels, size, size))
    image_embeds = model.visual_projection(model.vision_model(pixels).pooler_output)
    image_target = normal(name, "image", shape=image_embeds.shape)
    image_loss = F.mse_loss(image_embeds, image_target)
    save(
        name,
        {
            "input.ids": ids,
            "input.statesTarget": states_target,
            "input.textTarget": text_target,
            "input.pixels": pixels,
            "input.imageTarget": image_target,
            "output.embeddings": embeddings,
            "output.states": text.last_hidden_state,
            "output.pooled": text.pooler_output,
            "output.textEmbeds": text_embeds,
            "output.textLoss": text_loss,
            "output.imageEmbeds": image_embeds,
            "output.imageLoss": image_loss,
            **gradients(text_loss, {"embeddings": embeddings, **parameters(model, text_names)}),
            **gradients(image_loss, parameters(model, vision_names)),
        },
    )


TEXT_WEIGHTS = [
    "text_model.embeddings.position_embedding.weight",
    "text_model.encoder.layers.0.self_attn.q_proj.weight",
    "text_model.encoder.layers.0.self_attn.k_proj.weight",
    "text_model.encoder.layers.0.self_attn.v_proj.bias",
    "text_model.encoder.layers.0.layer_norm2.weight",
    "text_model.encoder.layers.0.mlp.fc1.weight",
    "text_model.encoder.layers.0.mlp.fc2.bias",
    "text_model.final_layer_norm.bias",
    "text_projection.weight",
]
VISION_WEIGHTS = [
    "vision_model.embeddings.class_embedding",
    "vision_model.embeddings.patch_embedding.weight",
    "vision_model.embeddings.position_embedding.weight",
    "vision_model.pre_layrnorm.weight",
    "vision_model.encoder.layers.1.self_attn.out_proj.weight",
    "vision_model.encoder.layers.1.mlp.fc1.bias",
    "vision_model.post_layernorm.bias",
    "visual_projection.weight",
]


def variant_clip():
    """The exact GELU, and an end token that is named rather than guessed."""
    config = {
        "architectures": ["CLIPModel"],
        "model_type": "clip",
        "projection_dim": 20,
        "logit_scale_init_value": 2.6592,
        "text_config": {
            "model_type": "clip_text_model",
            "vocab_size": 40,
            "hidden_size": 16,
            "intermediate_size": 40,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "max_position_embeddings": 16,
            "hidden_act": "gelu",
            "layer_norm_eps": 1e-6,
            "projection_dim": 20,
            "bos_token_id": 3,
            "eos_token_id": 5,
            "pad_token_id": 1,
        },
        "vision_config": {
            "model_type": "clip_vision_model",
            "hidden_size": 24,
            "intermediate_size": 40,
            "num_hidden_layers": 2,
            "num_attention_heads": 3,
            "image_size": 16,
            "patch_size": 4,
            "num_channels": 3,
            "hidden_act": "gelu",
            "layer_norm_eps": 1e-6,
            "projection_dim": 20,
        },
    }
    model = randomise(CLIPModel(CLIPConfig(**config)), SEED + "/clip").half()
    folder = VARIANT / "clip"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    save_file(
        {key: value.contiguous() for key, value in model.state_dict().items()},
        folder / "model.safetensors",
        {"format": "pt"},
    )
    return model


# ---- Pieces that no model covers by itself


def write_layers():
    timesteps = torch.tensor([0, 1, 250.5, 999])
    embeddings = {
        f"output.timestep{i}": get_timestep_embedding(timesteps, 64, flip_sin_to_cos=flip, downscale_freq_shift=shift)
        for i, (flip, shift) in enumerate([(True, 0), (False, 1)])
    }
    parameter = normal("adamw", "param", shape=(6,)).requires_grad_()
    # From tiny to large: Adam's epsilon and both bias corrections show.
    grads = normal("adamw", "grads", shape=(5, 6)) * torch.tensor([1e-9, 1e-6, 1e-3, 1, 10, 1e3]).double()
    lrs = [0.1, 0.05, 0.2, 0.1, 0.1]
    optimiser = torch.optim.AdamW([parameter], lr=0.1, betas=(0.8, 0.999), eps=1e-7, weight_decay=0.05)
    start, seen = parameter.detach().clone(), []
    for lr, grad in zip(lrs, grads):
        optimiser.param_groups[0]["lr"], parameter.grad = lr, grad.clone()
        optimiser.step()
        seen.append(parameter.detach().clone())
    save(
        "layers",
        {
            "input.timesteps": timesteps,
            **embeddings,
            "input.param": start,
            "input.grads": grads,
            "input.lrs": torch.tensor(lrs),
            "output.params": torch.stack(seen),
        },
    )


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    unet(
        "unet-nano", UNet2DConditionModel.from_pretrained(NANO / "unet"), (2, 8, 8, 12), (2, 77, 32), NANO_UNET_WEIGHTS
    )
    unet("unet-variant", variant_unet(), (2, 4, 7, 9), (2, 10, 24), VARIANT_UNET_WEIGHTS, residuals=True)
    vae("vae-nano", AutoencoderKL.from_pretrained(NANO / "vae"), (24, 32), NANO_VAE_WEIGHTS)
    vae("vae-variant", variant_vae(), (16, 24), VARIANT_VAE_WEIGHTS)
    nano_ids = [[712, 577, 333, 83, 708, 633, 524, 334] + [713] * 69, [712, 577, 333] + [713] * 74]
    clip("clip-nano", CLIPModel.from_pretrained(NANO / "clip"), nano_ids, TEXT_WEIGHTS, VISION_WEIGHTS)
    variant_ids = [[3, 39, 12, 7, 5, 1, 1, 1, 1, 1], [3, 20, 39, 8, 9, 11, 30, 5, 1, 1]]
    clip("clip-variant", variant_clip(), variant_ids, TEXT_WEIGHTS, VISION_WEIGHTS)
    learn("learn-plain", guided=False, lr=1e-3)
    learn("learn-guided", guided=True, lr=0.05)
    learn("learn-soft", guided=False, lr=0.05, soft=True)
    learn("learn-pixels", guided=True, lr=0.05, soft=True, seen=48)
    write_captions()
    write_layers()
    write_hybrids()
    for file in OUT.rglob("*"):
        file.chmod(0o755 if file.is_dir() else 0o644)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
