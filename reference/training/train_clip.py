"""
Trains tiny's CLIP: pictures meet their captions, and edits (the difference of two pictures) meet their instructions.
`python train_clip.py [--resume] [--start FOLDER] [--locked]`

`--start` begins with the weights of another training's folder (its `clip.pt` and `tokenizer/`): pieces of words that both vocabularies have keep theirs.
`--locked` leaves the text tower as it is, which the UNet was trained with, and teaches the rest on.
"""

import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from common import CONFIG, WORK, Average, Log, averaged, learning_rate, load, save, set_up
from data import Pairs, folders, to_tensor
from tokens import encode, learn, load_tokenizer
from transformers import CLIPConfig, CLIPModel

SETTINGS = CONFIG["clip"]
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(3, 1, 1)
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(3, 1, 1)


def build(tokenizer):
    special = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id}
    text = {**SETTINGS["text"], "vocab_size": len(tokenizer), "projection_dim": SETTINGS["projection"], **special}
    vision = {**SETTINGS["vision"], "projection_dim": SETTINGS["projection"]}
    return CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=SETTINGS["projection"], **special))


def pooled(output):
    """transformers 5 wraps the features; earlier versions give the tensor itself."""
    return output if isinstance(output, torch.Tensor) else output.pooler_output


def image_embeds(clip, x):
    return F.normalize(pooled(clip.get_image_features(((x + 1) / 2 - MEAN) / STD)), dim=-1)


def text_embeds(clip, ids):
    return F.normalize(pooled(clip.get_text_features(ids)), dim=-1)


def contrast(a, b, scale, same=None):
    """Symmetric cross-entropy over the batch; pairs that say the same thing are not held against each other."""
    logits = scale * a @ b.T
    if same is not None:
        logits = logits.masked_fill(same & ~torch.eye(len(a), dtype=torch.bool), -1e4)
    target = torch.arange(len(a))
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def same_text(ids):
    return (ids[:, None] == ids[None]).all(-1)


def start_from(clip, tokenizer, folder):
    """The weights of an earlier training; rows of the vocabulary by their words."""
    state = torch.load(folder / "clip.pt", weights_only=False)
    old, new = averaged(state, "clip"), clip.state_dict()
    table = "text_model.embeddings.token_embedding.weight"
    words, known = tokenizer.get_vocab(), load_tokenizer(folder / "tokenizer").get_vocab()
    for word, row in words.items():
        if word in known:
            new[table][row] = old[table][known[word]]
    clip.load_state_dict({name: new[name] if name == table else old[name] for name in new})


def main():
    resume, locked = "--resume" in sys.argv, "--locked" in sys.argv
    set_up(CONFIG["seed"])
    pairs = Pairs(*folders("train"))
    lines = pairs.lines()
    spoken = np.flatnonzero([line["instruction"] != "" for line in lines])  # edits of the wide families have no words to meet
    if not (resume or locked):
        learn(line[key] for line in lines for key in ("instruction", "before", "after"))
    tokenizer = load_tokenizer()
    ids = {key: encode(tokenizer, [line[key] for line in lines]) for key in ("instruction", "before", "after")}
    clip = build(tokenizer)
    if "--start" in sys.argv:
        start_from(clip, tokenizer, Path(sys.argv[sys.argv.index("--start") + 1]))
    optimizer = torch.optim.AdamW(clip.parameters(), lr=SETTINGS["lr"], betas=(0.9, 0.98), weight_decay=0.05)
    average = Average(clip, SETTINGS["average"])
    step, steps = 0, SETTINGS["steps"]
    state = load("clip") if resume else None
    if state:
        clip.load_state_dict(state["clip"])
        optimizer.load_state_dict(state["optimizer"])
        average.shadow, step = state["average"], state["step"]
    log = Log("clip", resume)
    rng = np.random.default_rng([CONFIG["seed"], step])
    started = time.time()
    while step < steps:
        chosen = spoken[rng.integers(len(spoken), size=SETTINGS["batch"])]
        x, y = (to_tensor([pairs.pictures(int(i), which) for i in chosen]) for which in (0, 1))
        before, after = image_embeds(clip, torch.cat([x, y])).chunk(2)
        texts = torch.cat([ids[key][chosen] for key in ("before", "after", "instruction")])
        of_before, of_after, of_edit = text_embeds(clip, texts).chunk(3)
        scale = clip.logit_scale.exp().clamp(max=100)
        captions = contrast(torch.cat([before, after]), torch.cat([of_before, of_after]), scale, same_text(texts[: 2 * len(chosen)]))
        edits = contrast(F.normalize(after - before, dim=-1), of_edit, scale, same_text(ids["instruction"][chosen]))
        loss = captions + edits
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps, SETTINGS["lr"])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(clip.parameters(), 1.0)
        optimizer.step()
        step += 1
        average.update(clip, step)
        if step % 50 == 0:
            log.write(step=step, captions=round(captions.item(), 4), edits=round(edits.item(), 4), perStep=round((time.time() - started) / 50, 3))
            started = time.time()
        if step % 200 == 0 or step == steps:
            save("clip", clip=clip.state_dict(), optimizer=optimizer.state_dict(), average=average.shadow, step=step)


if __name__ == "__main__":
    main()
