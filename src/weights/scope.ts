import { VisiiError } from "../errors.ts";
import { format, input, parameter, type Shape, type Tensor } from "../graph/index.ts";
import { parameterType, type Weights } from "./weights.ts";

/** Where a part of a model finds its parameters: a prefix of the checkpoint's keys. */
export interface Scope {
  /** The keys' common prefix without its last dot; empty at the top. */
  readonly path: string;
  /** The scope below: `at("down_blocks", 0)` is `down_blocks.0`. */
  at(...names: (string | number)[]): Scope;
  /** The parameter at this scope, of this shape, as float32. A missing one is recorded, and a stand-in handed back. */
  param(name: string, shape: Shape): Tensor;
  /** Whether the checkpoint has this key, or keys below it. */
  has(name: string): boolean;
}

export interface FinishOptions {
  /** Which tensors may stay unused: all of them (only a part of the model is built), or those for which this says so. Default: none. */
  readonly allowUnused?: boolean | ((key: string) => boolean);
}

/**
 * The parameters of a checkpoint as constants of a graph. Build the model with `scope`, then call `finish`.
 *
 * `finish` throws one VisiiError `model` that lists every missing, mis-shaped and unused key (the first 20 of each, then how many more);
 * its `data` has all of them.
 */
export function weightScope(weights: Weights): { scope: Scope; finish(options?: FinishOptions): void } {
  const made = new Map<string, Tensor>();
  const missing: string[] = [];
  const wrong: string[] = [];
  const used = new Set<string>();

  const param = (key: string, shape: Shape): Tensor => {
    const name = `${key}[${shape}]`;
    const known = made.get(name);
    if (known) return known;
    const stored = weights.tensors.get(key);
    const dtype = stored && parameterType(stored);
    used.add(key);
    let tensor: Tensor;
    if (stored && dtype && String(stored.shape) === String(shape)) {
      tensor = parameter(key, shape, { dtype, location: stored.location });
    } else {
      tensor = input(key, shape); // a stand-in, so that the rest can be checked too; `finish` never lets it run
      const expected = `[${shape}]`;
      if (!stored) missing.push(`${key} ${expected}`);
      else wrong.push(`${key}: expected ${expected}, got ${dtype ? "" : stored.dtype}[${stored.shape}]`);
    }
    made.set(name, tensor);
    return tensor;
  };

  return {
    scope: makeScope("", param, prefixes(weights.tensors.keys())),
    finish({ allowUnused = false } = {}) {
      const allowed = typeof allowUnused === "function" ? allowUnused : () => allowUnused;
      const unused = [...weights.tensors]
        .filter(([key]) => !used.has(key) && !allowed(key))
        .map(([key, { shape }]) => `${key} [${shape}]`);
      const problems = [
        list("missing", missing),
        list("with another shape or type", wrong),
        list("not known to this model", unused),
      ].filter((text) => text !== "");
      if (problems.length === 0) return;
      const message = `${weights.name}: the weights do not fit the configuration.\n${problems.join("\n")}`;
      throw new VisiiError("model", message, { missing, wrong, unused });
    },
  };
}

/**
 * Every parameter as an input of the graph, for training. There is no checkpoint to ask, so `has` answers no (what is optional is left
 * out) unless `keys` are given. `parameters` fills up as the model is built: name → input, in the order of the building.
 */
export function inputScope(keys: Iterable<string> = []): { scope: Scope; parameters: Map<string, Tensor> } {
  const parameters = new Map<string, Tensor>();
  const param = (key: string, shape: Shape): Tensor => {
    const known = parameters.get(key);
    if (known && String(known.shape) !== String(shape)) {
      throw new VisiiError("graph", `parameter ${key}: is ${format(known)}, asked for again as [${shape}]`, { key });
    }
    const tensor = known ?? input(key, shape);
    parameters.set(key, tensor);
    return tensor;
  };
  return { scope: makeScope("", param, prefixes(keys)), parameters };
}

function makeScope(path: string, param: (key: string, shape: Shape) => Tensor, known: ReadonlySet<string>): Scope {
  const join = (name: string | number) => (path === "" ? String(name) : `${path}.${name}`);
  return {
    path,
    at: (...names) => makeScope(join(names.join(".")), param, known),
    param: (name, shape) => param(join(name), shape),
    has: (name) => known.has(join(name)),
  };
}

/** Every key and every scope above one. */
function prefixes(keys: Iterable<string>): Set<string> {
  const all = new Set<string>();
  for (const key of keys) {
    for (let end = key.length; end > 0 && !all.has(key.slice(0, end)); end = key.lastIndexOf(".", end - 1)) {
      all.add(key.slice(0, end));
    }
  }
  return all;
}

function list(what: string, items: readonly string[]): string {
  if (items.length === 0) return "";
  const shown = items.slice(0, 20).map((item) => `  ${item}`);
  if (items.length > shown.length) shown.push(`  … and ${items.length - shown.length} more`);
  return `${items.length} ${what}:\n${shown.join("\n")}`;
}
