import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

// ONNX Runtime's telemetry, when it is on, opens a database, a log and a device id as soon as the addon is initialised, before it sends
// anything. So an empty home and an empty folder for temporary files show that it never woke up.

const scratch = mkdtempSync(join(tmpdir(), "visii-quiet-"));
after(() => rmSync(scratch, { recursive: true }));
const child = fileURLToPath(new URL("quiet-child.ts", import.meta.url));

function environment(home: string): NodeJS.ProcessEnv {
  const { ORT_DISABLE_TELEMETRY: _, ...inherited } = process.env;
  const folders = Object.fromEntries(
    ["HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "APPDATA", "LOCALAPPDATA"].map((name) => [name, home]),
  );
  const xdg = Object.fromEntries(["CACHE", "CONFIG", "DATA", "STATE"].map((name) => [`XDG_${name}_HOME`, home]));
  return { ...inherited, ...folders, ...xdg, TSX_DISABLE_CACHE: "1" };
}

function run(name: string, before: string[] = []): { report: Record<string, unknown>; home: string } {
  const home = join(scratch, name);
  mkdirSync(home);
  const [command, ...args] = [...before, process.execPath, "--import", "tsx", child];
  const output = execFileSync(command, args, { env: environment(home), encoding: "utf8" });
  return { report: JSON.parse(output) as Record<string, unknown>, home };
}

test("running a session opens no connection and leaves no file", (t) => {
  const { report, home } = run("plain");
  assert.equal(report.y, 2, "the session ran");
  assert.equal(report.variable, "1");
  assert.deepEqual(readdirSync(home), []);
  if (report.sockets === undefined) t.diagnostic("no /proc here: sockets were not looked at");
  else assert.deepEqual(report.sockets, []);
});

const canTrace = spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0;

test("nor does it try to, by its system calls", { skip: !canTrace && "strace is not there or not allowed" }, () => {
  const log = join(scratch, "calls.txt");
  run("traced", ["strace", "-f", "-e", "trace=socket,connect,sendto,sendmsg", "-o", log]);
  const calls = readFileSync(log, "utf8");
  assert.match(calls, /exited with 0/, "the trace is complete");
  assert.doesNotMatch(calls, /AF_INET/);
});
