import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { VisiiError } from "../errors.ts";

/** A model that is on this machine. */
export interface LocalModel {
  /** What `loadModel` and `--model` take: `tiny`, or `owner/name`. */
  readonly name: string;
  readonly path: string;
  readonly origin: "built-in" | "hub";
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The models that come with this package. */
const builtIn = fileURLToPath(new URL("../../models/", import.meta.url));

/**
 * The folder of a model: `tiny` (built in), `./folder` (any path that exists or looks like one), or `owner/name` (in the cache that
 * Python's huggingface_hub uses; `HF_HUB_CACHE` and `HF_HOME` move it).
 *
 * @throws VisiiError `model` if it is not on this machine.
 */
export function findModel(name: string, environment: Environment = process.env): string {
  if (/^[\w-]+$/.test(name) && isModel(join(builtIn, name))) return join(builtIn, name);
  if (/^(?:[./~\\]|[A-Za-z]:)/.test(name) || existsSync(name)) return name.replace(/^~(?=\/|$)/, homedir());
  if (/^[\w.-]+\/[\w.-]+$/.test(name)) {
    const snapshot = findSnapshot(name, environment);
    if (snapshot) return snapshot;
    const hint = "fetch it with `hf download`, or give the path of a model folder";
    throw new VisiiError("model", `${name}: this model is not in the Hugging Face cache on this machine; ${hint}.`, {
      name,
    });
  }
  const known = listModels(environment).map((model) => model.name);
  throw new VisiiError("model", `${name}: there is no such model; known here: ${known.join(", ") || "none"}.`, {
    name,
    known,
  });
}

/** All models that can be named without a path: the built-in ones, then those in the hub's cache. */
export function listModels(environment: Environment = process.env): LocalModel[] {
  const own = subfolders(builtIn)
    .filter((name) => isModel(join(builtIn, name)))
    .map((name): LocalModel => ({ name, path: join(builtIn, name), origin: "built-in" }));
  const cached = subfolders(hubCache(environment)).flatMap((folder): LocalModel[] => {
    const name = /^models--(.+)$/.exec(folder)?.[1].replace("--", "/");
    const path = name && findSnapshot(name, environment);
    return name && path && isModel(path) ? [{ name, path, origin: "hub" }] : [];
  });
  return [...own, ...cached];
}

/** Where huggingface_hub keeps what it downloads. */
function hubCache({ HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME }: Environment): string {
  if (HF_HUB_CACHE) return HF_HUB_CACHE;
  return join(HF_HOME || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "huggingface"), "hub");
}

/** The snapshot that `main` points to; any one if the cache does not say. */
function findSnapshot(name: string, environment: Environment): string | undefined {
  const folder = join(hubCache(environment), `models--${name.replace("/", "--")}`);
  const main = join(folder, "refs", "main");
  const revision = existsSync(main) ? readFileSync(main, "utf8").trim() : subfolders(join(folder, "snapshots")).at(-1);
  const path = revision && join(folder, "snapshots", revision);
  return path && existsSync(path) ? path : undefined;
}

/** A pipeline of diffusers' or a single model. */
function isModel(path: string): boolean {
  return existsSync(join(path, "model_index.json")) || existsSync(join(path, "config.json"));
}

function subfolders(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
