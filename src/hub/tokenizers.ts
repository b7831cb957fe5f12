import { join } from "node:path";
import { subfolders } from "./cache.ts";
import { type Environment, hubCache } from "./environment.ts";

/** The model whose tokenizer all of Stable Diffusion 1.x uses. */
const CLIP = "models--openai--clip-vit-large-patch14";

/**
 * The folders of the Hugging Face cache on this machine that may hold a tokenizer's `vocab.json` and `merges.txt`: of CLIP itself first, then
 * of every model that was fetched.
 */
export function tokenizerFolders(environment: Environment = process.env): string[] {
  const cache = hubCache(environment);
  const others = subfolders(cache).filter((name) => name.startsWith("models--") && name !== CLIP);
  return [CLIP, ...others].flatMap((repository) => {
    const snapshots = join(cache, repository, "snapshots");
    return subfolders(snapshots).flatMap((commit) => [join(snapshots, commit), join(snapshots, commit, "tokenizer")]);
  });
}
