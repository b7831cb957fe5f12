/** How the page is built. `npm run dev:studio` serves it while it is worked on, beside a `visii serve`. */
import { resolve } from "node:path";
import type { UserConfig } from "vite";

const REPOSITORY = resolve(import.meta.dirname, "..", "..");

export default {
  root: import.meta.dirname,
  publicDir: false,
  logLevel: "warn",
  cacheDir: resolve(REPOSITORY, "node_modules", ".vite-studio"),
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: resolve(REPOSITORY, "dist", "studio"),
    emptyOutDir: true,
    target: "es2023",
    // Small pictures stay files: the page loads them when it shows them.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // The server's paths have no dot; those of our sources in api/ have.
  server: { proxy: { "^/api/[^.]*$": "http://127.0.0.1:4747" }, fs: { allow: [REPOSITORY] } },
} satisfies UserConfig;
