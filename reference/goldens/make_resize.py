"""Goldens for src/image: what Pillow, diffusers and transformers make of a picture that both sides compute from a formula.

    python reference/goldens/make_resize.py        writes test/goldens/image/resize.json and resize.bin

Bytes are compared exactly: resizing decides what the models see, so there is no tolerance.
"""

import hashlib
import json
import math
from pathlib import Path

import numpy as np
import PIL
import torch
import transformers
from diffusers.image_processor import VaeImageProcessor
from PIL import Image, ImageOps
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

OUT = Path(__file__).resolve().parents[2] / "test" / "goldens" / "image"
FILTERS = ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]
blob = bytearray()


def pattern(width: int, height: int, channels: int) -> np.ndarray:
    """A chirp: every frequency up to the finest, and hard edges that make the filters overshoot."""
    y, x, c = np.mgrid[0:height, 0:width, 0:channels].astype(np.int64)
    return ((x * x * (c + 3) + y * y * 5 + x * y * 7 + c * 91) % 256).astype(np.uint8)


def picture(width: int, height: int, channels: int = 3) -> Image.Image:
    values = pattern(width, height, channels)
    return Image.fromarray(values[:, :, 0] if channels == 1 else values)


def stored(values: np.ndarray) -> dict:
    data = np.ascontiguousarray(values).tobytes()
    start = len(blob)
    blob.extend(data)
    return {"start": start, "length": len(data)}


def hashed(values: np.ndarray) -> dict:
    return {"sha256": hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()}


def resize_cases() -> list[dict]:
    small = [(12, 9), (37, 30), (51, 23), (40, 44), (1, 1), (5, 31), (40, 11), (35, 18), (36, 20)]
    cases = []
    for name in FILTERS:
        resample = Image.Resampling[name.upper()]
        keep = stored if name == "lanczos" else hashed  # bytes for one filter, to see where a difference is; hashes are small
        for channels in (3, 1):
            for size in small[:3] if channels == 1 else small:
                out = np.asarray(picture(37, 23, channels).resize(size, resample))
                cases.append({"from": [37, 23], "channels": channels, "to": size, "filter": name, **keep(out)})
        for size, box in [((20, 13), (3.3, 1.7, 30.1, 20.9)), ((37, 23), (1.5, 6.2, 37, 23)), ((33, 8), (9, 4.25, 36, 19))]:
            out = np.asarray(picture(37, 23).resize(size, resample, box=box))
            cases.append({"from": [37, 23], "channels": 3, "to": size, "filter": name, "box": box, **keep(out)})
        for source, size in [((500, 333), (224, 224)), ((333, 500), (512, 768)), ((1023, 767), (128, 96)), ((400, 700), (256, 320))]:
            out = np.asarray(picture(*source).resize(size, resample))
            cases.append({"from": source, "channels": 3, "to": size, "filter": name, **hashed(out)})
    return cases


def fit_cases() -> list[dict]:
    """InstructPix2Pix's own lines (edit_app.py)."""
    cases = []
    for width, height, resolution in [(500, 333, 512), (300, 210, 128), (97, 401, 256), (640, 640, 512), (129, 127, 128)]:
        factor = resolution / max(width, height)
        factor = math.ceil(min(width, height) * factor / 64) * 64 / min(width, height)
        size = (int((width * factor) // 64) * 64, int((height * factor) // 64) * 64)
        out = np.asarray(ImageOps.fit(picture(width, height), size, method=Image.Resampling.LANCZOS))
        cases.append({"from": (width, height), "resolution": resolution, "multiple": 64, "to": size, **hashed(out)})
    return cases


def clip_cases() -> list[dict]:
    cases = []
    for width, height, edge in [(61, 47, 16), (47, 61, 16), (16, 16, 16), (9, 30, 16), (103, 64, 32)]:
        processor = CLIPImageProcessorPil(size={"shortest_edge": edge}, crop_size={"height": edge, "width": edge})
        values = processor(picture(width, height), return_tensors="np")["pixel_values"].astype(np.float32)
        cases.append({"from": (width, height), "edge": edge, **hashed(values)})
    return cases


def tensor_cases() -> dict:
    processor = VaeImageProcessor()
    to = processor.preprocess(picture(24, 16)).numpy()
    ramp = torch.linspace(-1.25, 1.25, 3 * 24 * 16).reshape(1, 3, 16, 24)
    back = np.asarray(processor.postprocess(ramp, output_type="pil")[0])
    return {"size": (24, 16), "to": hashed(to), "ramp": stored(ramp.numpy()), "back": stored(back)}


OUT.mkdir(parents=True, exist_ok=True)
tensor = tensor_cases()  # first: its float32 values then start at a multiple of four bytes
golden = {
    "made_with": {"pillow": PIL.__version__, "transformers": transformers.__version__},
    "tensor": tensor,
    "resize": resize_cases(),
    "fit": fit_cases(),
    "clip": clip_cases(),
}
(OUT / "resize.json").write_text(json.dumps(golden, indent=1) + "\n")
(OUT / "resize.bin").write_bytes(blob)
print(f"{len(golden['resize'])} resizes, {len(blob)} bytes")
