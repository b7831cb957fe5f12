/** A graphics card in software: Vulkan's loader and SwiftShader, as Chromium brings them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";

/** Why there is none here; false if there is one. */
export const noSwiftShader =
  (process.platform !== "linux" || process.arch !== "x64") && "the software graphics adapter is for Linux on x64";

/** Unpacks it into a folder, and returns the environment in which a process finds it and no other. */
export function unpackSwiftShader(folder: string): NodeJS.ProcessEnv {
  const archive = new URL("../../bin/swiftshader.tar.br", import.meta.resolve("@sparticuz/chromium"));
  for (const { name, data } of tarFiles(brotliDecompressSync(readFileSync(fileURLToPath(archive))))) {
    if (/vulkan|vk_swiftshader/.test(name)) writeFileSync(join(folder, name), data, { mode: 0o755 });
  }
  const driver = join(folder, "vk_swiftshader_icd.json");
  return { ...process.env, LD_LIBRARY_PATH: folder, VK_ICD_FILENAMES: driver, VK_DRIVER_FILES: driver };
}

function* tarFiles(tar: Buffer): Generator<{ name: string; data: Buffer }> {
  const text = (start: number, length: number) => tar.toString("latin1", start, start + length).replace(/\0.*$/s, "");
  for (let at = 0; at < tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    yield { name: text(at, 100).replace(/^.*\//, ""), data: tar.subarray(at + 512, at + 512 + size) };
    at += 512 + Math.ceil(size / 512) * 512;
  }
}
