// Runs every test file below test/ (or those whose path contains one of the arguments) with Node's own runner, through tsx. Those in test/long take
// minutes: `--long` runs them, and only them. A file that takes longer than any should, even on a slow machine, has failed.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, sep } from "node:path";

const long = process.argv.includes("--long");
const wanted = process.argv.slice(2).filter((argument) => argument !== "--long");
const files = readdirSync("test", { recursive: true })
  .map((file) => join("test", String(file)))
  .filter((file) => file.endsWith(".test.ts") && file.startsWith(join("test", "long") + sep) === long)
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort();
if (files.length === 0) {
  console.error(`no test file matches ${wanted.join(" ")}`);
  process.exit(2);
}
const concurrency = long ? 1 : Math.min(2, availableParallelism());
const minutes = long ? 15 : 10;
const limits = [`--test-concurrency=${concurrency}`, `--test-timeout=${minutes * 60_000}`];
const args = ["--import", "tsx", "--test", ...limits, ...files];
process.exit(spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1);
