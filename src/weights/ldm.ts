import { VisiiError } from "../errors.ts";
import { modernise, renameTensors } from "./legacy.ts";
import type { Weights } from "./weights.ts";

/**
 * The original naming of Stable Diffusion 1.x, that of CompVis' latent-diffusion: one file with all networks, its blocks numbered through.
 * Here it becomes diffusers' naming; other keys (`model_ema.*`, the noise schedule) are no part of the networks.
 */

export type LdmPart = "unet" | "vae" | "text_encoder";

/** A place in the original naming (the beginning of a key) and what diffusers calls it. */
type Rule = readonly [place: RegExp, name: string | ((...numbers: number[]) => string)];

const prefixes: Readonly<Record<LdmPart, string>> = {
  unet: "model.diffusion_model.",
  vae: "first_stage_model.",
  text_encoder: "cond_stage_model.transformer.",
};

/** What files hold that are something else, by keys that only they have. */
const others: readonly (readonly [key: RegExp, what: string])[] = [
  [/^cond_stage_model\.model\./, "a Stable Diffusion 2 model"],
  [/^conditioner\./, "a Stable Diffusion XL model"],
  [/\bjoint_blocks\./, "a Stable Diffusion 3 model"],
  [/\bdouble_blocks\./, "a Flux model"],
  [/^control_model\./, "a ControlNet"],
  [/\blora_|\.lora\b/, "a LoRA, an addition to a model"],
  [/^(?:down_blocks|decoder|text_model)\./, "one network of a model, whose whole folder is wanted"],
  [/^prompt_embeds$/, "an instruction, not a model"],
];

/**
 * The networks of a single file, under diffusers' and transformers' names. The bytes are the same, so nothing is copied.
 *
 * @throws VisiiError `model`, in one sentence, if it is no checkpoint of the Stable Diffusion 1.x family, or a network is missing.
 */
export function ldmParts(file: Weights): Readonly<Record<LdmPart, Weights>> {
  const keys = [...file.tensors.keys()];
  const fail = (what: string): never => {
    const wanted =
      "a single file has to be an InstructPix2Pix of the Stable Diffusion 1.x family, in its original naming";
    throw new VisiiError("model", `${file.name}: ${what}; ${wanted}.`, { file: file.name });
  };
  const other = others.find(([key]) => keys.some((candidate) => key.test(candidate)));
  if (other) fail(`this is ${other[1]}`);
  const missing = Object.values(prefixes).filter((prefix) => !keys.some((key) => key.startsWith(prefix)));
  if (missing.length > 0) fail(`it has no tensors called ${missing.map((prefix) => `${prefix}*`).join(" or ")}`);

  const part = (name: LdmPart, rename: (key: string) => string | undefined): Weights => {
    const prefix = prefixes[name];
    const own = renameTensors({ name: `${file.name}: ${name}`, tensors: file.tensors }, (key) =>
      key.startsWith(prefix) ? rename(key.slice(prefix.length)) : undefined,
    );
    return modernise(own);
  };
  return {
    unet: part("unet", unetNames(keys)),
    vae: part("vae", vaeNames(keys)),
    text_encoder: part("text_encoder", (key) => key),
  };
}

/** The numbers of input and output blocks run through all levels: `period` of them make one. */
function unetNames(keys: readonly string[]): (key: string) => string {
  const first = (key: string) =>
    Number(/\binput_blocks\.(\d+)\.0\.op\.weight$/.exec(key)?.[1] ?? Number.POSITIVE_INFINITY);
  const period = Math.min(...keys.map(first)); // a level ends with the layer that halves the picture
  const level = (n: number) => Math.floor(n / period);
  const places: readonly Rule[] = [
    [/^time_embed\.0\./, "time_embedding.linear_1."],
    [/^time_embed\.2\./, "time_embedding.linear_2."],
    [/^input_blocks\.0\.0\./, "conv_in."],
    [/^input_blocks\.(\d+)\.0\.op\./, (n) => `down_blocks.${level(n - 1)}.downsamplers.0.conv.`],
    [/^input_blocks\.(\d+)\.0\./, (n) => `down_blocks.${level(n - 1)}.resnets.${(n - 1) % period}.`],
    [/^input_blocks\.(\d+)\.1\./, (n) => `down_blocks.${level(n - 1)}.attentions.${(n - 1) % period}.`],
    [/^middle_block\.0\./, "mid_block.resnets.0."],
    [/^middle_block\.1\./, "mid_block.attentions.0."],
    [/^middle_block\.2\./, "mid_block.resnets.1."],
    [/^output_blocks\.(\d+)\.[12]\.conv\./, (n) => `up_blocks.${level(n)}.upsamplers.0.conv.`],
    [/^output_blocks\.(\d+)\.0\./, (n) => `up_blocks.${level(n)}.resnets.${n % period}.`],
    [/^output_blocks\.(\d+)\.1\./, (n) => `up_blocks.${level(n)}.attentions.${n % period}.`],
    [/^out\.0\./, "conv_norm_out."],
    [/^out\.2\./, "conv_out."],
  ];
  const resnet: readonly Rule[] = [
    [/\.in_layers\.0\./, ".norm1."],
    [/\.in_layers\.2\./, ".conv1."],
    [/\.emb_layers\.1\./, ".time_emb_proj."],
    [/\.out_layers\.0\./, ".norm2."],
    [/\.out_layers\.3\./, ".conv2."],
    [/\.skip_connection\./, ".conv_shortcut."],
  ];
  return (key) => apply(resnet, apply(places, key));
}

/** The decoder's levels are numbered from the picture there, from the latents at diffusers. What it was trained with is left out. */
function vaeNames(keys: readonly string[]): (key: string) => string | undefined {
  const levels = keys.map((key) => Number(/\bdecoder\.up\.(\d+)\./.exec(key)?.[1] ?? 0));
  const last = levels.reduce((a, b) => Math.max(a, b), 0);
  const places: readonly Rule[] = [
    [/^encoder\.down\.(\d+)\.block\.(\d+)\./, (i, j) => `encoder.down_blocks.${i}.resnets.${j}.`],
    [/^encoder\.down\.(\d+)\.downsample\./, (i) => `encoder.down_blocks.${i}.downsamplers.0.`],
    [/^decoder\.up\.(\d+)\.block\.(\d+)\./, (i, j) => `decoder.up_blocks.${last - i}.resnets.${j}.`],
    [/^decoder\.up\.(\d+)\.upsample\./, (i) => `decoder.up_blocks.${last - i}.upsamplers.0.`],
    [/(?<=^..coder\.)mid\.block_1\./, "mid_block.resnets.0."],
    [/(?<=^..coder\.)mid\.block_2\./, "mid_block.resnets.1."],
    [/(?<=^..coder\.)mid\.attn_1\./, "mid_block.attentions.0."],
    [/(?<=^..coder\.)norm_out\./, "conv_norm_out."],
  ];
  const layers: readonly Rule[] = [
    [/\.nin_shortcut\./, ".conv_shortcut."],
    [/(?<=attentions\.0\.)norm\./, "group_norm."],
    [/(?<=attentions\.0\.)q\./, "to_q."],
    [/(?<=attentions\.0\.)k\./, "to_k."],
    [/(?<=attentions\.0\.)v\./, "to_v."],
    [/(?<=attentions\.0\.)proj_out\./, "to_out.0."],
  ];
  return (key) => (/^(?:loss|model_ema)\./.test(key) ? undefined : apply(layers, apply(places, key)));
}

/** The key with the place of the first rule that fits replaced. */
function apply(rules: readonly Rule[], key: string): string {
  for (const [place, name] of rules) {
    const match = place.exec(key);
    if (!match) continue;
    return key.replace(place, typeof name === "string" ? name : name(...match.slice(1).map(Number)));
  }
  return key;
}
