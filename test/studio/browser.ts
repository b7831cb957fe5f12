/** A real Chromium, out of its npm package. */
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as driver } from "playwright-core";

/** Why there is none here; false if there is one. */
export const noBrowser =
  (process.platform !== "linux" || process.arch !== "x64") && "the browser of the tests is for Linux on x64";

export async function openBrowser(): Promise<Browser> {
  return driver.launch({
    executablePath: await chromium.executablePath(),
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"],
  });
}
