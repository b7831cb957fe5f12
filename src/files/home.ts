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
