"""Writes test/goldens/schedulers/loops.json: whole sampling loops of diffusers' schedulers on fixed random model outputs.

    python reference/goldens/make_schedulers.py
"""

import base64
import json
from itertools import product
from pathlib import Path

import diffusers
import numpy as np
import torch

OUT = Path(__file__).parents[2] / "test" / "goldens" / "schedulers" / "loops.json"
SIZE = 24
STEPS = 20
CLASSES = [
    "DDPMScheduler",
    "DDIMScheduler",
    "EulerAncestralDiscreteScheduler",
    "DPMSolverMultistepScheduler",
]
STABLE_DIFFUSION = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000}
ETA = 0.7


def pack(tensor):
    return base64.b64encode(np.asarray(tensor, dtype="<f4").tobytes()).decode()


def configs():
    """(class, options, steps, start step, eta) of every loop."""
    for name, prediction, spacing in product(CLASSES, ["epsilon", "v_prediction"], ["linspace", "leading", "trailing"]):
        options = {**STABLE_DIFFUSION, "prediction_type": prediction, "timestep_spacing": spacing}
        if "DD" in name:
            options["clip_sample"] = False
        if name == "DDIMScheduler":
            options["set_alpha_to_one"] = False
        if spacing == "leading":
            options["steps_offset"] = 1
        yield name, options, STEPS, 0, 0.0
    for name in CLASSES:
        yield name, {}, 7, 0, 0.0  # the class's own defaults: linear betas, clipping
        yield name, {**STABLE_DIFFUSION, "clip_sample": False}, STEPS, 8, 0.0  # from half-way
    for alpha in (True, False):
        options = {**STABLE_DIFFUSION, "clip_sample": False, "set_alpha_to_one": alpha, "steps_offset": 1}
        yield "DDIMScheduler", options, STEPS, 0, ETA
    yield "DDIMScheduler", {**STABLE_DIFFUSION, "clip_sample_range": 2.5, "prediction_type": "v_prediction"}, STEPS, 0, ETA


def loop(name, options, steps, start, eta, noise, outputs):
    """Runs the loop; the noise that `step` would draw is put in its place, row i at step i."""
    module = getattr(diffusers, name)
    known = {key: value for key, value in options.items() if key in module().config}
    scheduler = module(**known)
    scheduler.set_timesteps(steps)
    timesteps = scheduler.timesteps[start:]
    if start and hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(start)
    if start:
        sample = scheduler.add_noise(noise[-1], noise[0], timesteps[:1])
    else:
        sample = noise[0] * scheduler.init_noise_sigma
    first, trajectory, inputs = sample, [], []
    for i, t in enumerate(timesteps):
        fresh = noise[i + 1]
        inputs.append(scheduler.scale_model_input(sample, t))
        replace_noise(name, fresh)
        extra = {"eta": eta, "variance_noise": fresh} if name == "DDIMScheduler" and eta else {}
        sample = scheduler.step(outputs[i], t, sample, **extra).prev_sample
        trajectory.append(sample)
    return {
        "class": name,
        "config": dict(scheduler.config, _class_name=name),
        "steps": steps,
        "startStep": start,
        "eta": eta,
        "timesteps": timesteps.tolist(),
        "initNoiseSigma": float(scheduler.init_noise_sigma),
        "first": pack(first),
        "firstInput": pack(inputs[0]),
        # Every fifth step and the last: enough to see where a loop leaves the path.
        "trajectory": {str(i): pack(s) for i, s in enumerate(trajectory) if i % 5 == 0 or i == len(trajectory) - 1},
    }


def replace_noise(name, fresh):
    files = {"DDPMScheduler": "scheduling_ddpm", "EulerAncestralDiscreteScheduler": "scheduling_euler_ancestral_discrete"}
    if name in files:
        module = getattr(diffusers.schedulers, files[name])
        module.randn_tensor = lambda *args, **kwargs: fresh


def schedules(original, noise):
    """The forward process at a few timesteps, for both schedules of betas."""
    for options in ({}, STABLE_DIFFUSION):
        scheduler = diffusers.DDPMScheduler(**options)
        yield {
            "config": dict(scheduler.config, _class_name="DDPMScheduler"),
            "alphasCumprod": pack(scheduler.alphas_cumprod),
            "levels": [
                {
                    "t": t,
                    "noisy": pack(scheduler.add_noise(original, noise, torch.tensor([t]))),
                    "velocity": pack(scheduler.get_velocity(original, noise, torch.tensor([t]))),
                }
                for t in (0, 1, 500, 999)
            ],
        }


def main():
    torch.manual_seed(0)
    noise = torch.randn(STEPS + 2, 1, SIZE)  # [rows, N, C]: DDPM wants a channel axis
    outputs = torch.randn(STEPS, 1, SIZE)
    golden = {
        "diffusers": diffusers.__version__,
        "torch": torch.__version__,
        "noise": [pack(row) for row in noise],
        "outputs": [pack(row) for row in outputs],
        "schedules": list(schedules(noise[-1], noise[0])),
        "loops": [loop(*case, noise, outputs) for case in configs()],
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    # JSON has no infinity; diffusers' own files write -Infinity for lambda_min_clipped, which readers take as "no clipping" here.
    text = json.dumps(golden, separators=(",", ":")).replace("-Infinity", "null")
    OUT.write_text(text + "\n")
    print(f"{OUT.name}: {len(golden['loops'])} loops, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
