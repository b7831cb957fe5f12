import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import type { Hono } from "hono";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff": "font/woff",
  ".woff2": "font/woff2",
};

/** The page and its assets: the files that the folder has when the server starts, and no path made from a request. */
export function pageRoutes(app: Pick<Hono, "get">, folder: string): void {
  for (const name of filesIn(folder)) {
    const path = name === "index.html" ? "/" : `/${name}`;
    // What a build names by its content never changes.
    const cache = /^assets\//.test(name) ? "public, max-age=31536000, immutable" : "no-cache";
    const type = TYPES[extname(name)] ?? "application/octet-stream";
    app.get(path, async (c) => {
      c.header("cache-control", cache);
      return c.body(await readFile(join(folder, name)), 200, { "content-type": type });
    });
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) =>
      join(parentPath, name).slice(folder.length).replaceAll("\\", "/").replace(/^\/+/, ""),
    );
}
