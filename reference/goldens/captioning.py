"""Twelve steps of PEZ (hard prompts made easy) on nano's CLIP, in plain PyTorch, from the paper's description."""

import torch
import torch.nn.functional as F
from common import NANO, normal, save
from transformers import CLIPModel, CLIPTokenizer

TOKENS, STEPS, LR, WEIGHT_DECAY, SEED = 4, 12, 0.1, 0.1, 5


def write_captions():
    model = CLIPModel.from_pretrained(NANO / "clip").double().requires_grad_(False)
    tokenizer = CLIPTokenizer.from_pretrained(NANO / "tokenizer")
    table = model.text_model.embeddings.token_embedding.weight
    start, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    candidates = torch.tensor([i for i in range(len(table)) if i not in tokenizer.all_special_ids])

    size, channels = model.config.vision_config.image_size, model.config.vision_config.num_channels
    pixels = 2 * normal("caption", "pixels", shape=(2, channels, size, size))
    images = F.normalize(model.visual_projection(model.vision_model(pixels).pooler_output), dim=-1)
    length = model.config.text_config.max_position_embeddings
    ids = torch.tensor([[start] + [0] * TOKENS + [end] + [tokenizer.pad_token_id] * (length - TOKENS - 2)])
    embed = model.text_model.embeddings.token_embedding

    def project(prompt):
        similar = F.normalize(prompt, dim=-1) @ F.normalize(table[candidates], dim=-1).T
        return candidates[similar.argmax(-1)]

    def text_embedding(projected):
        padded = torch.cat([table[ids[:, :1]], projected, table[ids[:, TOKENS + 1 :]]], 1)
        hook = embed.register_forward_hook(lambda *_: padded)
        # The ids decide where the text is read off; with the legacy end token 2 that is at the largest id.
        pooled = model.text_model(ids).pooler_output
        hook.remove()
        return F.normalize(model.text_projection(pooled), dim=-1)

    first = torch.randint(0, len(candidates), (TOKENS,), generator=torch.Generator().manual_seed(SEED))
    prompt = table[candidates[first]][None].clone().requires_grad_()
    optimiser = torch.optim.AdamW([prompt], lr=LR, weight_decay=WEIGHT_DECAY)
    similarities, chosen, prompts = [], [], []
    for _ in range(STEPS):
        nearest = project(prompt.detach()[0])
        projected = table[nearest][None].clone().requires_grad_()
        similarity = (text_embedding(projected) @ images.T).mean()
        (prompt.grad,) = torch.autograd.grad(1 - similarity, [projected])
        optimiser.step()
        similarities.append(similarity.detach())
        chosen.append(nearest)
        prompts.append(prompt.detach()[0].clone())
    print("caption tokens", [row.tolist() for row in chosen])
    save(
        "caption",
        {
            "input.features": images.mean(0, keepdim=True),
            "input.first": candidates[first],
            "output.similarity": torch.stack(similarities),
            "output.ids": torch.stack(chosen),
            "output.prompts": torch.stack(prompts),
        },
    )
