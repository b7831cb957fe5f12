import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { VisiiError } from "../src/errors.ts";
import { writeFileAtomic } from "../src/files/atomic.ts";
import type { Json } from "../src/models/index.ts";
import { ClipTokenizer } from "../src/tokenizer/index.ts";
import {
  encodeSafetensors,
  float32ToFloat16,
  memorySource,
  openWeights,
  type Scope,
  type TensorData,
  weightScope,
} from "../src/weights/index.ts";
import type { State } from "./state.ts";
import type { BytePairs } from "./vocabulary.ts";

const VAE_OR_UNET = "diffusion_pytorch_model.safetensors";
const CLIP = "model.safetensors";

/** Writes one network: its configuration and the averages of its weights as halves, those keys that `keep` says. */
export async function writePart(
  folder: string,
  part: "vae" | "unet" | "clip" | "text_encoder",
  config: Json,
  state: State,
  keep: (key: string) => boolean = () => true,
): Promise<void> {
  const halves = [...state.tensors("average")]
    .filter(([key]) => keep(key))
    .map(([key, { shape, data }]): [string, TensorData] => [
      key,
      { dtype: "float16", shape, data: float32ToFloat16(data) },
    ]);
  const file = part === "vae" || part === "unet" ? VAE_OR_UNET : CLIP;
  await write(join(folder, part, file), encodeSafetensors(Object.fromEntries(halves), { format: "pt" }));
  await writeJson(join(folder, part, "config.json"), config);
}

export async function writeJson(file: string, json: Json): Promise<void> {
  await write(file, `${JSON.stringify(json, null, 2)}\n`);
}

/** Writes a tokenizer folder for texts of `length` tokens. */
export async function writeTokenizer(folder: string, { vocab, merges }: BytePairs, length: number): Promise<void> {
  const [end, start] = ["<|endoftext|>", "<|startoftext|>"];
  const special = { bos_token: start, eos_token: end, unk_token: end, pad_token: end };
  const config = { ...special, add_prefix_space: false, do_lower_case: true, model_max_length: length };
  const at = (file: string) => join(folder, "tokenizer", file);
  await writeJson(at("vocab.json"), vocab);
  await write(at("merges.txt"), merges);
  await writeJson(at("special_tokens_map.json"), special);
  await writeJson(at("tokenizer_config.json"), { ...config, tokenizer_class: "CLIPTokenizer" });
}

export function readTokenizer(folder: string): ClipTokenizer {
  const text = (file: string) => readFileSync(join(folder, "tokenizer", file), "utf8");
  const json = (file: string): unknown => JSON.parse(text(file));
  return new ClipTokenizer({
    vocab: json("vocab.json"),
    merges: text("merges.txt"),
    config: json("tokenizer_config.json"),
    specialTokensMap: json("special_tokens_map.json"),
  });
}

export interface WrittenPart {
  readonly config: Json;
  /** Its weights as constants. */
  readonly scope: Scope;
  /** sha256 of the weights' file, hex. */
  readonly hash: string;
}

/** A network that `writePart` wrote, as it will be used: with halves. Throws `VisiiError("usage")` where it has not been trained yet. */
export async function readPart(folder: string, part: "vae" | "text_encoder"): Promise<WrittenPart> {
  const file = join(folder, part, part === "vae" ? VAE_OR_UNET : CLIP);
  if (!existsSync(file)) throw new VisiiError("usage", `${file}: there is no such file; train the vae and clip first.`);
  const bytes = readFileSync(file);
  const weights = await openWeights(memorySource(`${folder}/${part}`, bytes));
  return {
    config: JSON.parse(readFileSync(join(folder, part, "config.json"), "utf8")) as Json,
    scope: weightScope(weights).scope,
    hash: createHash("sha256").update(bytes).digest("hex"),
  };
}

async function write(file: string, content: Uint8Array | string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  await writeFileAtomic(file, content);
}
