/** Finds the built page, or builds it: a checkout has sources only, a package has the built page only. */
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { VisiiError } from "../errors.ts";

const REPOSITORY = resolve(import.meta.dirname, "..", "..");
const BUILT = join(REPOSITORY, "dist", "studio");
const SOURCES = join(REPOSITORY, "src", "studio");
/** In the built folder: which sources it was made from. */
const STAMP = "sources.txt";

/**
 * The folder of the page, `index.html` and its assets. In a checkout it is built first if it's missing, or if its sources have changed since. Throws
 * `VisiiError("io")` where it can be neither found nor built.
 */
export async function pageFolder(): Promise<string> {
  const built = existsSync(join(BUILT, "index.html"));
  if (!existsSync(join(SOURCES, "index.html"))) {
    if (built) return BUILT;
    throw new VisiiError("io", `${BUILT}: the studio's page is missing from this copy of visii; install it again.`);
  }
  const stamp = await stampOf(SOURCES);
  const current = built && (await readFile(join(BUILT, STAMP), "utf8").catch(() => "")) === stamp;
  if (!current) await buildPage(stamp);
  return BUILT;
}

/** Builds beside and renames, so that nobody is served half a page. */
async function buildPage(stamp: string): Promise<void> {
  const { build } = await import("vite");
  const { default: config } = await import("./node-vite.ts");
  const made = `${BUILT}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await build({ ...config, configFile: false, build: { ...config.build, outDir: made } });
    await writeFile(join(made, STAMP), stamp);
    const old = `${made}.old`;
    await rename(BUILT, old).catch(() => {});
    // Another process may have been faster; its page is as good.
    await rename(made, BUILT).catch(() => {});
    await rm(old, { recursive: true, force: true });
  } catch (cause) {
    const why = (cause as Error).message.split("\n")[0];
    throw new VisiiError("io", `The studio's page could not be built: ${why}`, {}, { cause });
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/** A hash over what the page is made from: its folder, the modules of the library that it takes over, and the packages' versions. */
async function stampOf(folder: string): Promise<string> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
  const hash = createHash("sha256");
  const others = ["src/core/settings.ts", "src/core/presets.ts", "package-lock.json"];
  for (const path of [...names, ...others.map((name) => join(REPOSITORY, name))]) {
    hash.update(path.slice(REPOSITORY.length)).update(await readFile(path));
  }
  return hash.digest("hex");
}
