import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { VisiiError } from "../errors.ts";
import { findModel, isMissing } from "../hub/local.ts";
import { hashWeights, openModelFolder } from "../weights/node.ts";
import { type Clip, type ClipSource, type ModelParts, readClip } from "./parts.ts";

/** What says that there is to be no CLIP. */
export const NO_CLIP = "none";

/** The CLIP whose text encoder Stable Diffusion 1.x has, and its width E. */
const LARGE = { name: "openai/clip-vit-large-patch14", width: 768 };

type Wanting = Pick<ModelParts, "identity" | "text">;

/**
 * The CLIPModel for the model at `path`: the one that is `named`, else `clip/` in the model's folder or beside its file, else the one that Stable
 * Diffusion 1.x has its text encoder from, if the width is right.
 */
export function clipSource(path: string, model: Wanting, named?: string): ClipSource {
  const { width } = model.text.config;
  const name = named ?? ownClip(path) ?? (width === LARGE.width ? LARGE.name : undefined);
  let clip: Promise<Clip> | undefined;
  return {
    name,
    async open() {
      if (name === NO_CLIP) return undefined;
      clip ??= openClip(locate(name, model), width);
      return clip;
    },
  };
}

function ownClip(path: string): string | undefined {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const clip = join(isFolder ? path : dirname(path), "clip");
  return existsSync(join(clip, "config.json")) ? clip : undefined;
}

/** The CLIPModel's folder: of a pipeline its `clip/`. */
function locate(name: string | undefined, { identity }: Wanting): string {
  const refuse = (what: string, way: string): never => {
    const message = `${identity.name}: ${what}; ${way}, or learn without its loss, with --lambda-clip 0.`;
    throw new VisiiError("model", message, { model: identity.name, clip: name });
  };
  if (name === undefined) return refuse("no CLIP is known that goes with this model", "name one with --clip");
  if (isMissing(name)) {
    const what = `the CLIP that it learns with, ${name}, is not on this machine`;
    return refuse(what, `fetch it with \`visii models pull ${name}\``);
  }
  const folder = findModel(name);
  return existsSync(join(folder, "model_index.json")) ? join(folder, "clip") : folder;
}

/** Its hash names the files as a model's folder does in which it is `clip/`, wherever it lies. */
async function openClip(path: string, width: number): Promise<Clip> {
  const folder = await openModelFolder(path);
  return readClip(folder, width, () => hashWeights(folder, ["."], "clip/"));
}
