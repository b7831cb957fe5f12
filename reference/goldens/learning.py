"""Ten steps of learning an instruction in plain PyTorch, and where the rows of a hybrid instruction come from."""

import json

import torch
import torch.nn.functional as F
from common import NANO, OUT, normal, pictures, save
from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel
from safetensors.torch import load_file
from transformers import CLIPModel, CLIPTextModel, CLIPTokenizer

LAMBDA_MSE, LAMBDA_CLIP = 4.0, 0.1
LATENTS = 0.2  # their share where errors are counted as pixels
TEXT_SCALE, IMAGE_SCALE = 7.5, 1.5
CLIP_MEAN, CLIP_STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


def clip_pixels(pixels):
    """-1 … 1 to CLIP's normalised range; nano's pictures already have CLIP's size."""
    mean, std = (torch.tensor(v).double().view(1, 3, 1, 1) for v in (CLIP_MEAN, CLIP_STD))
    return ((pixels + 1) / 2 - mean) / std


def soft_words():
    """How many numbers make a point, and the rows [1, R, E] that follow from one."""
    folder = NANO / "soft_words"
    config = json.loads((folder / "config.json").read_text())
    rows, width, embedding = (config[key] for key in ("rows", "width", "embedding"))
    to_rows, norm = torch.nn.Linear(width, rows * embedding), torch.nn.LayerNorm(embedding, eps=config["layer_norm_eps"])
    weights = load_file(folder / "model.safetensors")
    for name, module in (("to_rows", to_rows), ("norm", norm)):
        module.load_state_dict({key: weights[f"{name}.{key}"] for key in ("weight", "bias")})
        module.double().requires_grad_(False)
    return rows, width, lambda point: norm(to_rows(point).view(1, rows, embedding))


def errors(difference, to_pixels):
    """Mean squares of latents, or mostly of the pixels that a convolution makes of them."""
    latents = difference.square().mean()
    if to_pixels is None:
        return latents
    return LATENTS * latents + (1 - LATENTS) * F.conv2d(difference, to_pixels, padding=1).square().mean()


def learn(name, guided, lr, steps=10, soft=False, seen=None):
    """Of the rows of a text, or with `soft` of a point of nano's soft words; with `seen`, errors are counted in so many pixels for each of the latents."""
    unet = UNet2DConditionModel.from_pretrained(NANO / "unet").double().requires_grad_(False)
    vae = AutoencoderKL.from_pretrained(NANO / "vae").double().requires_grad_(False)
    text = CLIPTextModel.from_pretrained(NANO / "text_encoder").double().requires_grad_(False)
    clip = CLIPModel.from_pretrained(NANO / "clip").double().requires_grad_(False)
    tokenizer = CLIPTokenizer.from_pretrained(NANO / "tokenizer")

    before, after = pictures(1, 32, "before"), pictures(1, 32, "after")
    z_x = vae.encode(before).latent_dist.mode()
    z_y = vae.encode(after).latent_dist.mode() * vae.config.scaling_factor

    def embed(pixels):
        return F.normalize(clip.visual_projection(clip.vision_model(clip_pixels(pixels)).pooler_output), dim=-1)

    def encode(words):
        return tokenizer(words, padding="max_length", return_tensors="pt").input_ids

    def predict(noisy, t, condition, image):
        return unet(torch.cat([noisy, image], 1), t, condition).sample

    direction = F.normalize(embed(after) - embed(before), dim=-1)
    rows_of_space, width, rows_of = soft_words()
    words = " ".join([","] * rows_of_space) if soft else "turn the cat into a tiger"
    ids, empty_ids = encode(words), encode("")
    initial, empty = text(ids).last_hidden_state, text(empty_ids).last_hidden_state
    end = int(ids[0].argmax())

    alphas = DDPMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear").alphas_cumprod.double()
    timesteps = torch.tensor([401, 7, 981, 650, 120, 805, 288, 555, 33, 719])[:steps]
    noises = normal(name, "noises", shape=(steps, *z_y.shape[1:]))
    to_pixels = normal(name, "toPixels", shape=(seen, z_y.shape[1], 3, 3)) / 6 if seen else None
    learned = (torch.zeros(1, width).double() if soft else initial.clone()).requires_grad_()
    around = lambda rows: torch.cat([initial[:, :1], rows, initial[:, end:]], 1)
    prompt_of = lambda: around(rows_of(learned)) if soft else learned
    optimiser = torch.optim.AdamW([learned], lr=lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)
    mses, clips, rows, grads = [], [], [], []
    for t, noise in zip(timesteps, noises):
        instruction = prompt_of()
        z_t = alphas[t].sqrt() * z_y + (1 - alphas[t]).sqrt() * noise
        prediction = predict(z_t, t, instruction, z_x)
        if guided:
            none, image_only = predict(z_t, t, empty, torch.zeros_like(z_x)), predict(z_t, t, empty, z_x)
            prediction = none + TEXT_SCALE * (prediction - image_only) + IMAGE_SCALE * (image_only - none)
        mse = errors(prediction - noise[None], to_pixels)
        projected = F.normalize(clip.text_projection(instruction.mean(1)), dim=-1)
        clip_loss = -(projected * direction).sum(-1).clamp(max=0.5).mean()
        optimiser.zero_grad()
        (LAMBDA_MSE * mse + LAMBDA_CLIP * clip_loss).backward()
        grads.append(learned.grad[0].clone())
        optimiser.step()
        with torch.no_grad():
            if not soft:  # The start token, the end token and all padding are put back.
                learned.copy_(around(learned[:, 1:end]))
        mses.append(mse.detach())
        clips.append(clip_loss.detach())
        rows.append(prompt_of()[0, 1:end].detach().clone())
    save(
        name,
        {
            "input.before": before,
            "input.after": after,
            "input.ids": ids,
            "input.emptyIds": empty_ids,
            "input.timesteps": timesteps,
            "input.noises": noises,
            "input.signal": alphas[timesteps].sqrt(),
            "input.sigma": (1 - alphas[timesteps]).sqrt(),
            "input.lr": torch.tensor(lr, dtype=torch.float64),
            **({"input.toPixels": to_pixels} if seen else {}),
            "output.conditionLatents": z_x,
            "output.targetLatents": z_y,
            "output.direction": direction,
            "output.initial": initial,
            "output.mse": torch.stack(mses),
            "output.clip": torch.stack(clips),
            "output.rows": torch.stack(rows),
            "output.firstGradient": grads[0],
        },
    )


def hybrid(layout, tokens, learned_end, words_end):
    """["learned", row] or ["words", row] for each row; *_end is the end token's row. None where they don't fit."""
    if (
        layout == "authors"
    ):  # The learned end row and one padding row stay; the words' start row comes too, their end not.
        at, words = learned_end + 2, range(0, words_end)
        fits = at + len(words) <= tokens
    else:  # Directly behind the learned rows, with the words' own end row and padding.
        at, words = learned_end, range(1, 1 + tokens - learned_end)
        fits = at + words_end <= tokens
    rows = [["learned", row] for row in range(tokens)]
    rows[at : at + len(words)] = [["words", row] for row in words]
    return rows if fits else None


def write_hybrids():
    sizes = [(12, 4, 3), (12, 4, 6), (12, 4, 7), (12, 8, 4), (12, 8, 5), (12, 1, 11), (77, 11, 5)]
    cases = [
        {
            "layout": layout,
            "tokens": tokens,
            "learnedEnd": learned,
            "wordsEnd": words,
            "rows": hybrid(layout, tokens, learned, words),
        }
        for layout in ("authors", "direct")
        for tokens, learned, words in sizes
    ]
    lines = ",\n".join("  " + json.dumps(case) for case in cases)
    (OUT / "hybrid.json").write_text(f"[\n{lines}\n]\n")
