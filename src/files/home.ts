import { homedir } from "node:os";
import { join, resolve } from "node:path";

/**
 * The folder that keeps what a person makes with visii: instructions, pictures, jobs. `VISII_HOME`, or where the platform keeps such data:
 * `~/.local/share/visii` (`XDG_DATA_HOME`), `~/Library/Application Support/visii`, `%LOCALAPPDATA%\visii`.
 */
export function dataHome(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home = homedir(),
): string {
  const { VISII_HOME, XDG_DATA_HOME, LOCALAPPDATA } = environment;
  if (VISII_HOME) return resolve(VISII_HOME);
  if (platform === "darwin") return join(home, "Library", "Application Support", "visii");
  if (platform === "win32") return join(LOCALAPPDATA || join(home, "AppData", "Local"), "visii");
  return join(XDG_DATA_HOME || join(home, ".local", "share"), "visii");
}

/**
 * The folder of what can be made again, and may be deleted at any time: `cache` below `VISII_HOME`, or where the platform keeps such files:
 * `~/.cache/visii` (`XDG_CACHE_HOME`), `~/Library/Caches/visii`, `%LOCALAPPDATA%\\visii\\cache`.
 */
export function cacheHome(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home = homedir(),
): string {
  const { VISII_HOME, XDG_CACHE_HOME } = environment;
  if (VISII_HOME || platform === "win32") return join(dataHome(environment, platform, home), "cache");
  if (platform === "darwin") return join(home, "Library", "Caches", "visii");
  return join(XDG_CACHE_HOME || join(home, ".cache"), "visii");
}
