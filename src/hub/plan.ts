import { VisiiError } from "../errors.ts";
import type { RemoteFile } from "./listing.ts";

/** The parts that an InstructPix2Pix is made of, and whether they have weights. */
const PARTS = { unet: true, vae: true, text_encoder: true, tokenizer: false, scheduler: false } as const;
/** Parts of visii's own models: a CLIPModel, and a space of instructions. */
const EXTRA_PARTS = ["clip", "soft_words"];

/** What a model has beside its networks: its card, its licence, visii's own settings. */
const ABOUT = /^(?:readme\.md|licen[cs]e(?:\.\w+)?|visii\.json)$/i;
/** Of a folder that is one network. */
const SINGLE =
  /^(?:preprocessor_config|tokenizer|tokenizer_config|vocab|special_tokens_map|added_tokens)\.json$|^merges\.txt$/;
const SMALL = /^[\w-][\w.-]*\.(?:json|txt)$/;
const PICKLE = /\.(?:bin|ckpt|pt|pth|pkl)$/;

/** Names of weights, best first, as the loader prefers them; shards have numbers and an index. */
const WEIGHTS = [
  "diffusion_pytorch_model.safetensors",
  "model.safetensors",
  "diffusion_pytorch_model.fp16.safetensors",
  "model.fp16.safetensors",
];

/**
 * The files that visii needs of a model on the hub: of a pipeline of diffusers' (`model_index.json`) the configurations and one set of weights per
 * part; of a single network of transformers' (`config.json`) those, tokenizer and preprocessor; and what says the licence. The file that makes
 * the folder a model comes last, small files first.
 *
 * @throws VisiiError `model`: no such model, a part is missing, or the weights are pickles.
 */
export function planFiles(name: string, files: readonly RemoteFile[]): RemoteFile[] {
  /** Files directly in a folder, by their names there. */
  const inside = (folder: string) =>
    new Map(
      files
        .filter(({ path }) => path.startsWith(folder) && !path.slice(folder.length).includes("/"))
        .map((file) => [file.path.slice(folder.length), file]),
    );
  const root = inside("");
  const pick = (folder: string, wanted: RegExp) =>
    [...inside(folder)].flatMap(([base, file]) => (wanted.test(base) && !isIndex(base) ? [file] : []));
  const weights = (folder: string) => {
    const found = inside(folder);
    const chosen = chooseWeights([...found.keys()]);
    if (chosen.length === 0) throw noWeights(name, folder, [...found.keys()]);
    return chosen.map((base) => found.get(base)!);
  };

  const about = pick("", ABOUT);
  if (root.has("model_index.json")) {
    const missing = Object.keys(PARTS).filter((part) => inside(`${part}/`).size === 0);
    if (missing.length > 0) throw refusal(name, `visii can't run this model: it has no ${missing.join(", no ")}`);
    const extra = EXTRA_PARTS.filter((part) => inside(`${part}/`).size > 0);
    const parts = [...Object.entries(PARTS), ...extra.map((part) => [part, true] as const)];
    const needed = parts.flatMap(([part, heavy]) => [
      ...pick(`${part}/`, SMALL),
      ...(heavy ? weights(`${part}/`) : []),
    ]);
    return [...bySize([...about, ...needed]), root.get("model_index.json")!];
  }
  if (root.has("config.json")) {
    return [...bySize([...about, ...pick("", SINGLE), ...weights("")]), root.get("config.json")!];
  }
  if ([...root.keys()].some((base) => PICKLE.test(base))) throw noWeights(name, "", [...root.keys()]);
  throw refusal(name, "visii can't read this model: it has neither model_index.json nor config.json");
}

/** One set of weights among the names in a folder: a file, or an index and its shards; nothing if there are none. */
function chooseWeights(names: readonly string[]): string[] {
  for (const name of WEIGHTS) {
    if (names.includes(name)) return [name];
    const stem = name.slice(0, -".safetensors".length);
    const shard = new RegExp(`^${stem.replaceAll(".", "\\.")}-\\d+-of-\\d+\\.safetensors$`);
    const shards = names.filter((each) => shard.test(each));
    const variant = /^(.*)\.fp16$/.exec(stem)?.[1]; // transformers puts the variant elsewhere in an index's name
    const index = [`${name}.index.json`, ...(variant ? [`${variant}.safetensors.index.fp16.json`] : [])];
    const found = index.find((each) => names.includes(each));
    if (found && shards.length > 0) return [found, ...shards];
  }
  return [];
}

function isIndex(name: string): boolean {
  return /\.index(?:\.\w+)?\.json$/.test(name);
}

function bySize(files: readonly RemoteFile[]): RemoteFile[] {
  return files.toSorted((a, b) => a.size - b.size);
}

function noWeights(name: string, folder: string, names: readonly string[]): VisiiError {
  const pickle = names.find((base) => PICKLE.test(base));
  if (!pickle) return refusal(name, `there are no weights in ${folder || "it"}`);
  const why = `its weights are Python pickles (${folder}${pickle}), which can run any program when they are opened, so visii does not read them`;
  const ways =
    "ask for a revision that has .safetensors, often --revision refs/pr/1, or convert it with diffusers' save_pretrained(folder, safe_serialization=True)";
  return refusal(name, `${why}; ${ways}`);
}

function refusal(name: string, what: string): VisiiError {
  return new VisiiError("model", `${name}: ${what}.`, { model: name });
}
