"""Writes test/goldens/models: what PyTorch, diffusers and transformers make of the same small networks, outputs and gradients.

    python reference/goldens/make_models.py            (from the repository's root, after make_nano.py)

Everything is computed in float64 and stored as float32, so that what a test measures is our rounding alone. `nano` is the built-in test model; `variant`
is a second set of networks, written here, with the options that nano leaves at their defaults.
"""
import json
import shutil
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel
from diffusers.models.embeddings import get_timestep_embedding
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPModel, CLIPTextModel, CLIPTokenizer

from weights import randomise, seeded

NANO = Path("models/nano")
OUT = Path("test/goldens/models")
VARIANT = OUT / "variant"
SEED = "goldens-1"


def normal(*key, shape):
    return seeded(shape, SEED, *key).double()


def pictures(n, size, *key):
    """Smooth pictures in -1 … 1."""
    coarse = normal("picture", *key, shape=(n, 3, 4, 4))
    # The rounding to float32 is part of the input: the test reads it back.
    return F.interpolate(coarse, size=size, mode="bicubic").clamp(-1, 1).float().double()


def save(name, tensors):
    OUT.mkdir(parents=True, exist_ok=True)
    ready = {key: (value if value.dtype == torch.int64 else value.float()).detach().contiguous().clone() for key, value in tensors.items()}
    save_file(ready, OUT / f"{name}.safetensors")


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
    save(name, {**inputs, "input.target": target, "output.prediction": output, "output.loss": loss,
                **gradients(loss, {"states": states, **parameters(model, names)})})


def down_shapes(model, sample, timestep, states):
    """Shapes of the residuals, and of the middle block's output last."""
    shapes = []
    hooks = [model.conv_in.register_forward_hook(lambda _, __, out: shapes.append(out.shape))]
    hooks += [block.register_forward_hook(lambda _, __, out: shapes.extend(x.shape for x in out[1])) for block in model.down_blocks]
    hooks.append(model.mid_block.register_forward_hook(lambda _, __, out: shapes.append(out.shape)))
    model(sample, timestep, states)
    for hook in hooks:
        hook.remove()
    return shapes


NANO_UNET_WEIGHTS = [
    "conv_in.weight", "conv_in.bias", "time_embedding.linear_1.weight", "time_embedding.linear_2.bias",
    "down_blocks.0.resnets.0.norm1.weight", "down_blocks.0.resnets.0.time_emb_proj.weight",
    "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight",
    "down_blocks.0.downsamplers.0.conv.weight", "down_blocks.1.attentions.0.proj_in.weight",
    "down_blocks.1.attentions.0.transformer_blocks.0.norm3.bias",
    "mid_block.attentions.0.transformer_blocks.0.attn1.to_q.weight", "mid_block.attentions.0.transformer_blocks.0.attn2.to_v.weight",
    "up_blocks.0.resnets.1.conv_shortcut.weight", "up_blocks.1.upsamplers.0.conv.weight",
    "up_blocks.2.attentions.1.transformer_blocks.0.ff.net.0.proj.weight",
    "up_blocks.2.attentions.1.transformer_blocks.0.attn2.to_out.0.bias", "conv_norm_out.bias", "conv_out.weight",
]

VARIANT_UNET_WEIGHTS = [
    "conv_in.weight", "time_embedding.linear_2.weight", "down_blocks.0.resnets.0.norm2.bias", "down_blocks.0.downsamplers.0.conv.bias",
    "down_blocks.1.attentions.0.norm.weight", "down_blocks.1.attentions.0.proj_in.weight",
    "down_blocks.1.attentions.0.transformer_blocks.1.attn1.to_v.weight", "down_blocks.1.resnets.0.conv_shortcut.weight",
    "mid_block.resnets.0.conv1.weight", "mid_block.attentions.0.proj_out.bias",
    "up_blocks.0.attentions.2.transformer_blocks.0.norm1.weight", "up_blocks.0.attentions.0.transformer_blocks.1.attn2.to_k.weight",
    "up_blocks.0.upsamplers.0.conv.weight", "up_blocks.1.resnets.0.conv_shortcut.bias", "up_blocks.1.resnets.1.conv2.weight",
    "conv_out.weight",
]


def variant_unet():
    """4 channels, linear projections, a list of heads, bfloat16 weights, and every number another than the default."""
    model = randomise(UNet2DConditionModel(
        sample_size=8, in_channels=4, out_channels=4, block_out_channels=(8, 16), layers_per_block=(1, 2),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        norm_num_groups=4, norm_eps=1e-6, cross_attention_dim=24, attention_head_dim=[2, 4], use_linear_projection=True,
        only_cross_attention=(False, True), transformer_layers_per_block=(1, 2), flip_sin_to_cos=False, freq_shift=1,
        center_input_sample=True, conv_in_kernel=5, conv_out_kernel=1, time_embedding_dim=24, upcast_attention=True,
    ), SEED + "/unet").to(torch.bfloat16)
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
    save(name, {"input.pixels": pixels, "input.noise": noise, "input.latents": given, "output.mean": distribution.mean,
                "output.logvar": distribution.logvar, "output.decoded": model.decode(given).sample, "output.loss": loss,
                **gradients(loss, parameters(model, names))})


NANO_VAE_WEIGHTS = [
    "encoder.conv_in.weight", "encoder.down_blocks.0.downsamplers.0.conv.weight", "encoder.down_blocks.1.resnets.0.conv_shortcut.weight",
    "encoder.mid_block.attentions.0.to_q.weight", "encoder.mid_block.attentions.0.group_norm.weight", "encoder.conv_out.bias",
    "quant_conv.weight", "post_quant_conv.bias", "decoder.conv_in.weight", "decoder.mid_block.attentions.0.to_out.0.weight",
    "decoder.mid_block.attentions.0.to_v.bias", "decoder.up_blocks.0.upsamplers.0.conv.weight",
    "decoder.up_blocks.2.resnets.0.conv_shortcut.weight", "decoder.up_blocks.2.resnets.1.norm1.bias", "decoder.conv_norm_out.weight",
    "decoder.conv_out.weight",
]

VARIANT_VAE_WEIGHTS = [
    "encoder.conv_in.bias", "encoder.down_blocks.0.resnets.1.conv1.weight", "encoder.mid_block.resnets.1.norm2.weight",
    "encoder.conv_out.weight", "decoder.conv_in.weight", "decoder.up_blocks.1.resnets.2.conv2.weight", "decoder.conv_out.bias",
]


def variant_vae():
    model = randomise(AutoencoderKL(
        sample_size=16, block_out_channels=(4, 8), layers_per_block=2, norm_num_groups=2, latent_channels=3,
        down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2, scaling_factor=0.9,
        use_quant_conv=False, use_post_quant_conv=False, mid_block_add_attention=False,
    ), SEED + "/vae").half()
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
    save(name, {
        "input.ids": ids, "input.statesTarget": states_target, "input.textTarget": text_target, "input.pixels": pixels,
        "input.imageTarget": image_target, "output.embeddings": embeddings, "output.states": text.last_hidden_state,
        "output.pooled": text.pooler_output, "output.textEmbeds": text_embeds, "output.textLoss": text_loss,
        "output.imageEmbeds": image_embeds, "output.imageLoss": image_loss,
        **gradients(text_loss, {"embeddings": embeddings, **parameters(model, text_names)}),
        **gradients(image_loss, parameters(model, vision_names)),
    })


TEXT_WEIGHTS = [
    "text_model.embeddings.position_embedding.weight", "text_model.encoder.layers.0.self_attn.q_proj.weight",
    "text_model.encoder.layers.0.self_attn.k_proj.weight", "text_model.encoder.layers.0.self_attn.v_proj.bias",
    "text_model.encoder.layers.0.layer_norm2.weight", "text_model.encoder.layers.0.mlp.fc1.weight", "text_model.encoder.layers.0.mlp.fc2.bias",
    "text_model.final_layer_norm.bias", "text_projection.weight",
]
VISION_WEIGHTS = [
    "vision_model.embeddings.class_embedding", "vision_model.embeddings.patch_embedding.weight", "vision_model.embeddings.position_embedding.weight",
    "vision_model.pre_layrnorm.weight", "vision_model.encoder.layers.1.self_attn.out_proj.weight", "vision_model.encoder.layers.1.mlp.fc1.bias",
    "vision_model.post_layernorm.bias", "visual_projection.weight",
]


def variant_clip():
    """The exact GELU, and an end token that is named rather than guessed."""
    config = {
        "architectures": ["CLIPModel"], "model_type": "clip", "projection_dim": 20, "logit_scale_init_value": 2.6592,
        "text_config": {
            "model_type": "clip_text_model", "vocab_size": 40, "hidden_size": 16, "intermediate_size": 40, "num_hidden_layers": 1,
            "num_attention_heads": 2, "max_position_embeddings": 16, "hidden_act": "gelu", "layer_norm_eps": 1e-6, "projection_dim": 20,
            "bos_token_id": 3, "eos_token_id": 5, "pad_token_id": 1,
        },
        "vision_config": {
            "model_type": "clip_vision_model", "hidden_size": 24, "intermediate_size": 40, "num_hidden_layers": 2, "num_attention_heads": 3,
            "image_size": 16, "patch_size": 4, "num_channels": 3, "hidden_act": "gelu", "layer_norm_eps": 1e-6, "projection_dim": 20,
        },
    }
    model = randomise(CLIPModel(CLIPConfig(**config)), SEED + "/clip").half()
    folder = VARIANT / "clip"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    save_file({key: value.contiguous() for key, value in model.state_dict().items()}, folder / "model.safetensors", {"format": "pt"})
    return model


# ---- Ten steps of learning an instruction, in plain PyTorch

LAMBDA_MSE, LAMBDA_CLIP = 4.0, 0.1
TEXT_SCALE, IMAGE_SCALE = 7.5, 1.5
CLIP_MEAN, CLIP_STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


def clip_pixels(pixels):
    """-1 … 1 to CLIP's normalised range; nano's pictures already have CLIP's size."""
    mean, std = (torch.tensor(v).double().view(1, 3, 1, 1) for v in (CLIP_MEAN, CLIP_STD))
    return ((pixels + 1) / 2 - mean) / std


def learn(name, guided, lr, steps=10):
    unet = UNet2DConditionModel.from_pretrained(NANO / "unet").double().requires_grad_(False)
    vae = AutoencoderKL.from_pretrained(NANO / "vae").double().requires_grad_(False)
    text = CLIPTextModel.from_pretrained(NANO / "text_encoder").double().requires_grad_(False)
    clip = CLIPModel.from_pretrained(NANO / "clip").double().requires_grad_(False)
    tokenizer = CLIPTokenizer.from_pretrained(NANO / "tokenizer")

    before, after = pictures(1, 32, "before"), pictures(1, 32, "after")
    z_x = vae.encode(before).latent_dist.mode()
    z_y = vae.encode(after).latent_dist.mode() * vae.config.scaling_factor
    embed = lambda pixels: F.normalize(clip.visual_projection(clip.vision_model(clip_pixels(pixels)).pooler_output), dim=-1)
    direction = F.normalize(embed(after) - embed(before), dim=-1)
    encode = lambda words: tokenizer(words, padding="max_length", return_tensors="pt").input_ids
    ids, empty_ids = encode("turn the cat into a tiger"), encode("")
    initial, empty = text(ids).last_hidden_state, text(empty_ids).last_hidden_state
    end = int(ids[0].argmax())

    alphas = DDPMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear").alphas_cumprod.double()
    timesteps = torch.tensor([401, 7, 981, 650, 120, 805, 288, 555, 33, 719])[:steps]
    noises = normal(name, "noises", shape=(steps, *z_y.shape[1:]))
    instruction = initial.clone().requires_grad_()
    optimiser = torch.optim.AdamW([instruction], lr=lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)
    mses, clips, rows, grads = [], [], [], []
    for t, noise in zip(timesteps, noises):
        z_t = alphas[t].sqrt() * z_y + (1 - alphas[t]).sqrt() * noise
        predict = lambda condition, image: unet(torch.cat([z_t, image], 1), t, condition).sample
        prediction = predict(instruction, z_x)
        if guided:
            none, image_only = predict(empty, torch.zeros_like(z_x)), predict(empty, z_x)
            prediction = none + TEXT_SCALE * (prediction - image_only) + IMAGE_SCALE * (image_only - none)
        mse = F.mse_loss(prediction, noise[None])
        projected = F.normalize(clip.text_projection(instruction.mean(1)), dim=-1)
        clip_loss = -(projected * direction).sum(-1).clamp(max=0.5).mean()
        optimiser.zero_grad()
        (LAMBDA_MSE * mse + LAMBDA_CLIP * clip_loss).backward()
        grads.append(instruction.grad[0].clone())
        optimiser.step()
        with torch.no_grad():  # The start token, the end token and all padding are put back.
            instruction[:, :1] = initial[:, :1]
            instruction[:, end:] = initial[:, end:]
        mses.append(mse.detach())
        clips.append(clip_loss.detach())
        rows.append(instruction[0, 1:end].detach().clone())
    save(name, {
        "input.before": before, "input.after": after, "input.ids": ids, "input.emptyIds": empty_ids, "input.timesteps": timesteps,
        "input.noises": noises, "input.signal": alphas[timesteps].sqrt(), "input.sigma": (1 - alphas[timesteps]).sqrt(),
        "input.lr": torch.tensor(lr, dtype=torch.float64), "output.conditionLatents": z_x, "output.targetLatents": z_y,
        "output.direction": direction, "output.initial": initial, "output.mse": torch.stack(mses),
        "output.clip": torch.stack(clips), "output.rows": torch.stack(rows), "output.firstGradient": grads[0],
    })
    print(name, [round(float(m), 4) for m in mses], [round(float(c), 4) for c in clips], "grad", float(grads[0].abs().mean()))


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
    save("layers", {"input.timesteps": timesteps, **embeddings, "input.param": start, "input.grads": grads,
                    "input.lrs": torch.tensor(lrs), "output.params": torch.stack(seen)})


# ---- Where the rows of a hybrid instruction come from

def hybrid(layout, tokens, learned_end, words_end):
    """One of ["learned", row] or ["words", row] for each row; *_end is where the end token stands. None if they don't fit."""
    words = {"authors": range(0, words_end), "joined": range(1, words_end)}[layout]
    at = {"authors": learned_end + 2, "joined": learned_end}[layout]
    rows = [["learned", row] for row in range(tokens)]
    if layout == "joined":  # The learned end and padding rows move back behind the words.
        rows[at + len(words):] = [["learned", row] for row in range(learned_end, tokens - len(words))]
    if at + len(words) + (layout == "joined") > tokens:
        return None
    rows[at : at + len(words)] = [["words", row] for row in words]
    return rows


def write_hybrids():
    sizes = [(12, 4, 3), (12, 4, 6), (12, 4, 7), (12, 8, 4), (12, 8, 5), (12, 1, 11), (77, 11, 5)]
    cases = [{"layout": layout, "tokens": tokens, "learnedEnd": learned, "wordsEnd": words, "rows": hybrid(layout, tokens, learned, words)}
             for layout in ("authors", "joined") for tokens, learned, words in sizes]
    lines = ",\n".join("  " + json.dumps(case) for case in cases)
    (OUT / "hybrid.json").write_text(f"[\n{lines}\n]\n")


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    unet("unet-nano", UNet2DConditionModel.from_pretrained(NANO / "unet"), (2, 8, 8, 12), (2, 77, 32), NANO_UNET_WEIGHTS)
    unet("unet-variant", variant_unet(), (2, 4, 7, 9), (2, 10, 24), VARIANT_UNET_WEIGHTS, residuals=True)
    vae("vae-nano", AutoencoderKL.from_pretrained(NANO / "vae"), (24, 32), NANO_VAE_WEIGHTS)
    vae("vae-variant", variant_vae(), (16, 24), VARIANT_VAE_WEIGHTS)
    nano_ids = [[712, 577, 333, 83, 708, 633, 524, 334] + [713] * 69, [712, 577, 333] + [713] * 74]
    clip("clip-nano", CLIPModel.from_pretrained(NANO / "clip"), nano_ids, TEXT_WEIGHTS, VISION_WEIGHTS)
    variant_ids = [[3, 39, 12, 7, 5, 1, 1, 1, 1, 1], [3, 20, 39, 8, 9, 11, 30, 5, 1, 1]]
    clip("clip-variant", variant_clip(), variant_ids, TEXT_WEIGHTS, VISION_WEIGHTS)
    learn("learn-plain", guided=False, lr=1e-3)
    learn("learn-guided", guided=True, lr=0.05)
    write_layers()
    write_hybrids()
    for file in OUT.rglob("*"):
        file.chmod(0o755 if file.is_dir() else 0o644)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
