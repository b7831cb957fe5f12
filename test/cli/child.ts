import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../../bin/visii.js", import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The objects of `--json`. */
  readonly events: () => Record<string, unknown>[];
}

export interface CallOptions {
  readonly cwd: string;
  /** A shell's words before the program: limits. */
  readonly before?: string;
  /** Called with all that stdout has had so far. */
  readonly onOutput?: (stdout: string, child: ChildProcess) => void;
}

/** Runs the real program as a process of its own. */
export function visii(args: readonly string[], { cwd, before, onOutput }: CallOptions): Promise<Outcome> {
  const command = [process.execPath, BIN, ...args];
  const child = before
    ? spawn("bash", ["-c", `${before}; exec "$@"`, "bash", ...command], { cwd })
    : spawn(command[0]!, command.slice(1), { cwd });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    onOutput?.(stdout, child);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const events = () =>
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => done({ code, stdout, stderr, events }));
  });
}

/** A folder of the test file's own, removed at its end. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "visii-cli-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
