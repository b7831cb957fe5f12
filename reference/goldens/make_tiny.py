"""Edits one picture with a model folder as diffusers' own pipeline does it, so that ours can be compared with it.

    python reference/goldens/make_tiny.py                                        (from the repository's root)
    python reference/goldens/make_tiny.py --out test/goldens/tiny-guided --steps 20 --guidance-scale 1.5
    python reference/goldens/make_tiny.py --model models/nano --out test/goldens/nano --steps 20 --guidance-scale 7.5 --image-guidance-scale 1.5

Writes into `--out`: `input.png` (kept if it is there and no `--picture` is given), `output.png`, `edit.json`
with what was asked for, and `pipeline.safetensors` with what lies between. Steps and scales are those that tiny is applied with: with more of
either, its pictures are clipped, and say less.
"""

import argparse
import hashlib
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import StableDiffusionInstructPix2PixPipeline
from PIL import Image
from safetensors.torch import save_file
from transformers import CLIPImageProcessor, CLIPModel


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, default=Path("models/tiny"))
    parser.add_argument("--out", type=Path, default=Path("test/goldens/tiny"))
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--text", default="make it a sepia photo")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--guidance-scale", type=float, default=1.0)
    parser.add_argument("--image-guidance-scale", type=float, default=1.0)
    return parser.parse_args()


@torch.no_grad()
def main():
    given = arguments()
    torch.set_num_threads(1)
    given.out.mkdir(parents=True, exist_ok=True)
    picture_file = given.out / "input.png"
    picture = Image.open(given.picture or picture_file).convert("RGB")
    if given.picture:
        picture.save(picture_file)

    pipe = StableDiffusionInstructPix2PixPipeline.from_pretrained(
        given.model, safety_checker=None, torch_dtype=torch.float32
    )
    clip = CLIPModel.from_pretrained(given.model / "clip", dtype=torch.float32)
    preprocess = CLIPImageProcessor.from_pretrained(given.model / "clip")
    networks = {"unet": pipe.unet, "vae": pipe.vae, "text_encoder": pipe.text_encoder, "clip": clip}
    assert all(p.dtype == torch.float32 for network in networks.values() for p in network.parameters())

    text_scale, image_scale = given.guidance_scale, given.image_guidance_scale
    pipe.set_progress_bar_config(disable=True)
    latents = pipe(
        given.text,
        picture,
        num_inference_steps=given.steps,
        guidance_scale=text_scale,
        image_guidance_scale=image_scale,
        generator=torch.Generator("cpu").manual_seed(given.seed),
        output_type="latent",
    ).images
    decoded = pipe.vae.decode(latents / pipe.vae.config.scaling_factor).sample
    pipe.image_processor.postprocess(decoded, output_type="pil")[0].save(given.out / "output.png")

    # The single passes in 64 bits, so that a comparison measures our rounding alone; the pipeline above runs as anybody runs it.
    text_encoder, vae, clip = pipe.text_encoder.double(), pipe.vae.double(), clip.double()
    length = pipe.tokenizer.model_max_length
    tokens = pipe.tokenizer(given.text, padding="max_length", max_length=length, return_tensors="pt")
    image_latents = vae.encode(pipe.image_processor.preprocess(picture).double()).latent_dist.mode()
    vision = clip.vision_model(pixel_values=preprocess(picture, return_tensors="pt").pixel_values.double())
    tensors = {
        "prompt_embeds": text_encoder(tokens.input_ids)[0],
        "image_embeds": F.normalize(clip.visual_projection(vision.pooler_output), dim=-1),
        "image_latents": image_latents,
        "latents": latents,
    }
    weights = (given.model / "unet/diffusion_pytorch_model.safetensors").read_bytes()
    facts = {
        "text": given.text,
        "seed": given.seed,
        "steps": given.steps,
        "guidance_scale": text_scale,
        "image_guidance_scale": image_scale,
        "unet_sha256": hashlib.sha256(weights).hexdigest(),
    }
    (given.out / "edit.json").write_text(json.dumps(facts, indent=2) + "\n")
    save_file({key: value.float().contiguous() for key, value in tensors.items()}, given.out / "pipeline.safetensors")
    for file in given.out.iterdir():
        file.chmod(0o644)
    print(facts)


if __name__ == "__main__":
    main()
