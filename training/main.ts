import { parseArgs } from "node:util";
import { isVisiiError } from "../src/errors.ts";
import { nodeRuntime } from "../src/runtime/node.ts";
import { type PartName, parts, readConfig } from "./config.ts";
import { trainPart } from "./recipe.ts";

const { values } = parseArgs({
  options: {
    config: { type: "string", default: "reference/training/config.json" },
    part: { type: "string", default: "all" },
    data: { type: "string", default: ".training/data" },
    out: { type: "string" },
    resume: { type: "boolean", default: false },
    threads: { type: "string" },
  },
});

const { part, data, out, resume } = values;
const threads = values.threads === undefined ? undefined : Number(values.threads);
const chosen = part === "all" ? parts : parts.filter((name) => name === part);
if (!out || chosen.length === 0 || (threads !== undefined && !(threads > 0))) {
  const use = "npm run train -- --out FOLDER [--config FILE] [--data FOLDER] [--part vae|clip|unet|all]";
  process.stderr.write(`usage: ${use} [--resume] [--threads N]\n`);
  process.exit(2);
}

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
const runtime = nodeRuntime({ device: "cpu", ...(threads !== undefined && { threads }) });
try {
  const config = readConfig(values.config);
  const onStep = (name: PartName, { step, loss, seconds }: { step: number; loss: number; seconds: number }) => {
    if (step % 10 > 0) return;
    process.stdout.write(
      `${name} ${step} of ${config[name]?.steps}: loss ${loss.toFixed(5)}, ${seconds.toFixed(2)} s a step\n`,
    );
  };
  for (const name of chosen) await trainPart(name, { config, data, out, resume, runtime, signal: stop.signal, onStep });
} catch (error) {
  if (!isVisiiError(error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.code === "aborted" ? 130 : error.code === "usage" ? 2 : 1;
}
