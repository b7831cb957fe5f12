import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { noSwiftShader, unpackSwiftShader } from "./swiftshader.ts";

const scratch = mkdtempSync(join(tmpdir(), "visii-webgpu-"));
after(() => rmSync(scratch, { recursive: true }));
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const node = (file: string, args: readonly string[], env: NodeJS.ProcessEnv) =>
  spawnSync(process.execPath, ["--import", "tsx", here(file), ...args], { env, encoding: "utf8" });

/** About ten times what was measured. Pictures are whole numbers of 0 to 255, of which rounding may turn a few by one. */
const TOLERANCES: Record<string, number> = {
  encode: 1e-5,
  decode: 3e-3,
  text: 1e-5,
  "image embeds": 1e-5,
  denoise: 5e-5, // guidance magnifies differences of predictions
  gradient: 1e-4,
  "learning step": 1e-5,
  mse: 1e-5,
  clip: 1e-5,
  "losses of 3 steps": 1e-5,
  "change in 3 steps": 2e-4, // AdamW divides by the gradient's size, so what is small counts as much as what is large
  "edited picture": 3e-3,
  "latents, auto": 1e-5,
};

test("every job gives on WebGPU what it gives on the processor", { skip: noSwiftShader }, () => {
  const { stdout, stderr, status } = node("webgpu-child.ts", [scratch], unpackSwiftShader(scratch));
  assert.equal(status, 0, stderr);
  const { errors, providers, refusals } = JSON.parse(stdout) as {
    errors: Record<string, number>;
    providers: Record<string, number>;
    refusals: string[];
  };
  const rows = Object.entries(errors).map(
    ([name, error]) => `  ${name.padEnd(20)} ${error.toExponential(1)}  ≤ ${TOLERANCES[name]}`,
  );
  console.log(`WebGPU (SwiftShader) against the processor: relative errors\n${rows.join("\n")}`);
  const wrong = Object.entries(errors).filter(([name, error]) => !(error <= TOLERANCES[name]!));
  assert.deepEqual(wrong, [], "beyond tolerance");
  assert.deepEqual(Object.keys(errors).sort(), Object.keys(TOLERANCES).sort());

  const elsewhere = Object.keys(providers).filter((provider) => provider !== "WebGPU");
  assert.deepEqual(elsewhere.sort(), ["CPUExecutionProvider Cos", "CPUExecutionProvider Sin"]);
  assert.ok(providers.WebGPU! > 1000, `${providers.WebGPU} nodes ran on WebGPU`);

  assert.match(refusals[0]!, /^This graph was not written for WebGPU/);
  assert.match(
    refusals[1]!,
    /^x float32\[129,262144\] takes 129 MiB, and WebGPU takes 128 MiB in one piece; use smaller/,
  );
  assert.equal(refusals[2], "This graphics card does not compute in 16 bits; use --precision fp32.");
});
