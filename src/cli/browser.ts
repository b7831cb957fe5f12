import { spawn } from "node:child_process";

/** Shows a page in the person's browser, where there is a display; else nothing happens. */
export function openInBrowser(address: string): void {
  const [program, ...args] = opener();
  if (program === undefined) return;
  const child = spawn(program, [...args, address], { detached: true, stdio: "ignore" });
  child.on("error", () => {}); // no browser: the address is told as well
  child.unref();
}

function opener(platform = process.platform, environment = process.env): string[] {
  if (platform === "darwin") return ["open"];
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler"];
  return environment.DISPLAY || environment.WAYLAND_DISPLAY ? ["xdg-open"] : [];
}
