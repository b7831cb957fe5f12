import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where huggingface_hub keeps what it downloads: `HF_HUB_CACHE`, or `hub` in `HF_HOME`. */
export function hubCache(environment: Environment): string {
  return fromHome(environment.HF_HUB_CACHE || join(hubHome(environment), "hub"));
}

/** The hub's address, without a slash at its end. */
export function hubEndpoint({ HF_ENDPOINT }: Environment): string {
  return (HF_ENDPOINT || "https://huggingface.co").replace(/\/+$/, "");
}

/** The user's token: `HF_TOKEN`, or what `hf auth login` has left in a file. */
export function hubToken(environment: Environment): string | undefined {
  if (environment.HF_TOKEN) return environment.HF_TOKEN.trim();
  const file = fromHome(environment.HF_TOKEN_PATH || join(hubHome(environment), "token"));
  return existsSync(file) ? readFileSync(file, "utf8").trim() || undefined : undefined;
}

/** Whether the user has forbidden to open connections. */
export function isOffline({ HF_HUB_OFFLINE = "" }: Environment): boolean {
  return /^(?:1|on|yes|true)$/i.test(HF_HUB_OFFLINE);
}

function hubHome({ HF_HOME, XDG_CACHE_HOME }: Environment): string {
  return HF_HOME || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "huggingface");
}

/** Resolves a leading `~`, which no shell has resolved in an `.env` file. */
export function fromHome(path: string): string {
  return path.replace(/^~(?=[/\\]|$)/, homedir());
}
