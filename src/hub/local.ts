import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { VisiiError } from "../errors.ts";
import { CachedRepository, isModel, subfolders } from "./cache.ts";
import { type Environment, fromHome, hubCache } from "./environment.ts";
import { licenceOf } from "./licence.ts";
import { isHubName } from "./name.ts";

/** A model that is on this machine. */
export interface LocalModel {
  /** What `loadModel` and `--model` take: `tiny`, or `owner/name`. */
  readonly name: string;
  readonly path: string;
  readonly origin: "built-in" | "hub";
  /** The commit, of a model from the hub. */
  readonly revision?: string;
  /** As its card names it. */
  readonly licence?: string;
}

/** The models that come with this package. */
const builtIn = fileURLToPath(new URL("../../models/", import.meta.url));

/**
 * The folder of a model: `tiny` (built in), `./folder` (any path that exists or looks like one), or `owner/name` (in the cache that
 * Python's huggingface_hub uses; `HF_HUB_CACHE` and `HF_HOME` move it). Opens no connection.
 *
 * @throws VisiiError `model` if it is not on this machine.
 */
export function findModel(name: string, environment: Environment = process.env, revision?: string): string {
  const path = locate(name, environment, revision);
  if (path !== undefined) return path;
  if (isHubName(name)) {
    const call = `visii models pull ${name}${revision === undefined ? "" : ` --revision ${revision}`}`;
    const message = `${name}: this model is not in the Hugging Face cache on this machine; fetch it with \`${call}\`, or give the path of a model folder.`;
    throw new VisiiError("model", message, { name });
  }
  const known = listModels(environment).map((model) => model.name);
  const message = `${name}: there is no such model; known here: ${known.join(", ") || "none"}.`;
  throw new VisiiError("model", message, { name, known });
}

/** Whether this is the name of a model on the hub, and it is not on this machine. */
export function isMissing(name: string, environment: Environment = process.env): boolean {
  return isOfHub(name) && locate(name, environment) === undefined;
}

/** Whether this names a model of the hub, and not a folder here, which may look like that. */
export function isOfHub(name: string): boolean {
  return isHubName(name) && !existsSync(name);
}

/** All models that can be named without a path: the built-in ones, then those in the hub's cache. */
export function listModels(environment: Environment = process.env): LocalModel[] {
  const own = subfolders(builtIn)
    .map((name): LocalModel => ({ name, path: join(builtIn, name), origin: "built-in" }))
    .filter(({ path }) => isModel(path));
  const cache = hubCache(environment);
  const cached = subfolders(cache).flatMap((folder): LocalModel[] => {
    const name = /^models--(.+)$/.exec(folder)?.[1].replace("--", "/");
    const path = name && new CachedRepository(cache, name).find();
    return name && path ? [{ name, path, origin: "hub", revision: basename(path) }] : [];
  });
  return [...own, ...cached].map((model) => {
    const licence = licenceOf(model.path);
    return { ...model, ...(licence !== undefined && { licence }) };
  });
}

function locate(name: string, environment: Environment, revision?: string): string | undefined {
  if (/^[\w-]+$/.test(name) && isModel(join(builtIn, name))) return join(builtIn, name);
  if (/^(?:[./~\\]|[A-Za-z]:)/.test(name) || existsSync(name)) return fromHome(name);
  return isHubName(name) ? new CachedRepository(hubCache(environment), name).find(revision) : undefined;
}
