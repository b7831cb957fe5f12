#!/usr/bin/env node
// A package carries built files, a checkout its sources, which Node 20 cannot run by itself: tsx does.
import { existsSync } from "node:fs";

const sources = new URL("../src/cli/main.ts", import.meta.url);
const built = new URL("../dist/cli/main.js", import.meta.url);

if (existsSync(sources)) (await import("tsx/esm/api")).register();
const { main } = await import((existsSync(sources) ? sources : built).href);
await main(process.argv.slice(2));
