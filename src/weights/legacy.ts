import { VisiiError } from "../errors.ts";
import type { StoredTensor, Weights } from "./weights.ts";

/** What older versions of diffusers called the attention layers of the VAE. */
const attentionNames: Readonly<Record<string, string>> = {
  query: "to_q",
  key: "to_k",
  value: "to_v",
  proj_attn: "to_out.0",
};

const oldAttention = /^(.*\battentions\.\d+)\.(query|key|value|proj_attn)\.(weight|bias)$/;
const newAttention = /\battentions\.\d+\.(?:to_q|to_k|to_v|to_out\.0)\.weight$/;

/** Buffers that older versions of transformers saved: 0, 1, 2, …, which is no weight. */
const positionIds = /(?:^|\.)position_ids$/;

/** Of a CLIPTextModel as transformers 5 saves it: the networks and earlier versions say `text_model.` before all of its keys. */
const bareTextModel = "embeddings.token_embedding.weight";

/**
 * A checkpoint of any age under the names and shapes that the networks here use: the VAE's attention renamed, its projections [C, C, 1, 1]
 * (saved as 1 × 1 convolutions once) as [C, C], `position_ids` left out, the text encoder's keys below `text_model`. The bytes are the
 * same, so nothing is copied.
 *
 * @throws VisiiError `model` if a tensor is there under its old and its new name.
 */
export function modernise(weights: Weights): Weights {
  const vae = [...weights.tensors.keys()].some((key) => /^(?:encoder|decoder)\.mid_block\./.test(key));
  const bare = weights.tensors.has(bareTextModel);
  const named = renameTensors(weights, (key) => {
    if (positionIds.test(key)) return undefined;
    return bare ? `text_model.${key}` : modernName(key);
  });
  if (!vae) return named;
  const tensors = [...named.tensors].map(([name, tensor]): [string, StoredTensor] => [
    name,
    newAttention.test(name) ? withoutKernel(tensor) : tensor,
  ]);
  return { name: named.name, tensors: new Map(tensors) };
}

/**
 * The same tensors by other names; those for which `nameOf` gives none are left out.
 *
 * @throws VisiiError `model` if two tensors get one name.
 */
export function renameTensors(weights: Weights, nameOf: (key: string) => string | undefined): Weights {
  const tensors = new Map<string, StoredTensor>();
  for (const [key, tensor] of weights.tensors) {
    const name = nameOf(key);
    if (name === undefined) continue;
    if (tensors.has(name)) {
      throw new VisiiError("model", `${weights.name}: "${name}" is there twice, once as "${key}".`, { key });
    }
    tensors.set(name, tensor);
  }
  return { name: weights.name, tensors };
}

function modernName(key: string): string {
  const [, prefix, name, kind] = oldAttention.exec(key) ?? [];
  return name === undefined ? key : `${prefix}.${attentionNames[name]}.${kind}`;
}

function withoutKernel(tensor: StoredTensor): StoredTensor {
  const [rows, columns, ...kernel] = tensor.shape;
  return String(kernel) === "1,1" ? { ...tensor, shape: [rows, columns] } : tensor;
}
