"""What PyTorch, diffusers and transformers make of a full-size InstructPix2Pix, part by part and as a whole.

    python reference/full_size/goldens.py --model .full-size/model --out .full-size/goldens [--clip FOLDER]

All in float32, the settings that anybody would run. `npm run verify` compares.
"""

import argparse
import json
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import StableDiffusionInstructPix2PixPipeline
from PIL import Image
from safetensors.torch import save_file
from transformers import CLIPImageProcessor, CLIPModel

WORDS = "turn the cat into a tiger"
SIDE = 256
SIZES = {"256x256": (32, 32), "512x512": (64, 64), "448x320": (56, 40)}
TIMESTEP, SEED, STEPS, LEARNING_STEPS, LR = 681, 7, 20, 10, 1e-3
TEXT_SCALE, IMAGE_SCALE, LAMBDA_MSE, LAMBDA_CLIP = 7.5, 1.5, 4.0, 0.1


def normal(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def picture(seed):
    """A smooth one, so that JPEG-like noise does not hide what the networks do."""
    coarse = normal(seed, 1, 3, 6, 6)
    pixels = F.interpolate(coarse, size=(SIDE, SIDE), mode="bicubic").clamp(-1, 1)[0]
    return Image.fromarray(((pixels + 1) * 127.5).round().byte().permute(1, 2, 0).numpy())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, default=Path(".full-size/model"))
    parser.add_argument("--clip", type=Path, help="a CLIPModel's folder; default: clip/ in the model's")
    parser.add_argument("--out", type=Path, default=Path(".full-size/goldens"))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    began = time.time()
    out = {}

    def keep(**tensors):
        out.update({name: tensor.detach().float().contiguous().clone() for name, tensor in tensors.items()})
        print(f"{time.time() - began:6.0f} s  {', '.join(tensors)}", flush=True)

    pipe = StableDiffusionInstructPix2PixPipeline.from_pretrained(
        given.model, safety_checker=None, torch_dtype=torch.float32
    )
    pipe.set_progress_bar_config(disable=True)
    unet, vae = pipe.unet.requires_grad_(False), pipe.vae.requires_grad_(False)
    clip_folder = given.clip or given.model / "clip"
    clip = CLIPModel.from_pretrained(clip_folder, dtype=torch.float32).requires_grad_(False)
    preprocess = CLIPImageProcessor.from_pretrained(clip_folder)

    before, after = picture(1), picture(2)
    before.save(given.out / "before.png")
    after.save(given.out / "after.png")

    @torch.no_grad()
    def encode(words):
        ids = pipe.tokenizer(words, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
        return pipe.text_encoder(ids)[0]

    @torch.no_grad()
    def embed(image):
        pixels = preprocess(image, return_tensors="pt").pixel_values
        return F.normalize(clip.visual_projection(clip.vision_model(pixels).pooler_output), dim=-1)

    with torch.no_grad():
        prompt, nothing = encode(WORDS), encode("")
        keep(prompt_embeds=prompt, image_embeds=embed(before))
        z_x = vae.encode(pipe.image_processor.preprocess(before)).latent_dist.mode()
        z_y = vae.encode(pipe.image_processor.preprocess(after)).latent_dist.mode() * vae.config.scaling_factor
        keep(image_latents=z_x)
        keep(pixels=vae.decode(z_x).sample)
        for name, (height, width) in SIZES.items():
            sample, image = normal(3, 1, 4, height, width), normal(4, 1, 4, height, width)
            t = torch.tensor([TIMESTEP])
            keep(**{f"unet {name}": unet(torch.cat([sample, image], 1), t, prompt).sample})
        latents = pipe(
            WORDS,
            before,
            num_inference_steps=STEPS,
            guidance_scale=TEXT_SCALE,
            image_guidance_scale=IMAGE_SCALE,
            generator=torch.Generator().manual_seed(SEED),
            output_type="latent",
        ).images
        keep(latents=latents)

    direction = F.normalize(embed(after) - embed(before), dim=-1)
    alphas = pipe.scheduler.alphas_cumprod
    instruction = prompt.clone().requires_grad_()
    optimiser = torch.optim.AdamW([instruction], lr=LR)
    end = int(pipe.tokenizer(WORDS, return_tensors="pt").input_ids.shape[1]) - 1
    mses, clips = [], []
    for step in range(LEARNING_STEPS):
        t = (step * 397 + TIMESTEP) % 1000
        noise = normal(100 + step, *z_y.shape)
        noisy = alphas[t].sqrt() * z_y + (1 - alphas[t]).sqrt() * noise
        mse = F.mse_loss(unet(torch.cat([noisy, z_x], 1), torch.tensor([t]), instruction).sample, noise)
        projected = F.normalize(clip.text_projection(instruction.mean(1)), dim=-1)
        clip_loss = -(projected * direction).sum(-1).clamp(max=0.5).mean()
        optimiser.zero_grad()
        (LAMBDA_MSE * mse + LAMBDA_CLIP * clip_loss).backward()
        if step == 0:
            keep(gradient=instruction.grad)
        optimiser.step()
        with torch.no_grad():
            instruction[:, :1], instruction[:, end:] = prompt[:, :1], prompt[:, end:]
        mses.append(mse.detach())
        clips.append(clip_loss.detach())
    keep(mse=torch.stack(mses), clip=torch.stack(clips), learned=instruction)

    save_file(out, given.out / "goldens.safetensors")
    facts = {
        "words": WORDS,
        "sizes": SIZES,
        "timestep": TIMESTEP,
        "seed": SEED,
        "steps": STEPS,
        "learningSteps": LEARNING_STEPS,
        "lr": LR,
        "guidanceScale": TEXT_SCALE,
        "imageGuidanceScale": IMAGE_SCALE,
        "lambdaMse": LAMBDA_MSE,
        "lambdaClip": LAMBDA_CLIP,
    }
    (given.out / "facts.json").write_text(json.dumps(facts, indent=2) + "\n")


if __name__ == "__main__":
    main()
