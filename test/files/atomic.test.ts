import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { writeError, writeFileAtomic } from "../../src/files/atomic.ts";

const folder = mkdtempSync(join(tmpdir(), "visii-atomic-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const inside = (name: string) => join(folder, name);
const leftovers = () => readdirSync(folder).filter((name) => name.endsWith(".tmp"));

test("writes new files and replaces old ones", async () => {
  const path = inside("plain.txt");
  await writeFileAtomic(path, "one");
  await writeFileAtomic(path, new Uint8Array([50, 51]));
  assert.equal(readFileSync(path, "utf8"), "23");
  assert.deepEqual(leftovers(), []);
});

test("keeps an existing file's permissions", async () => {
  const path = inside("private.txt");
  writeFileSync(path, "old");
  chmodSync(path, 0o600);
  await writeFileAtomic(path, "new");
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test("follows a link instead of replacing it", async () => {
  writeFileSync(inside("real.txt"), "old");
  symlinkSync(inside("real.txt"), inside("link.txt"));
  await writeFileAtomic(inside("link.txt"), "new");
  assert.equal(readFileSync(inside("real.txt"), "utf8"), "new");
});

test("writes to a device, which it cannot replace", async () => {
  await writeFileAtomic("/dev/null", "gone");
  assert.ok(statSync("/dev/null").isCharacterDevice());
});

test("a missing folder, a folder in its place, a file for a folder, a long name: one sentence each", async () => {
  mkdirSync(inside("taken"));
  writeFileSync(inside("file"), "");
  const cases: [string, RegExp][] = [
    [inside("nowhere/x.txt"), /^Cannot write .*nowhere\/x\.txt: the folder .*nowhere does not exist\.$/],
    [inside("taken"), /^Cannot write .*taken: it is a folder\.$/],
    [inside("file/x.txt"), /^Cannot write .*: .*file is not a folder\.$/],
    [inside("n".repeat(300)), /^Cannot write .*: its name is too long\.$/],
  ];
  for (const [path, message] of cases) {
    await assert.rejects(writeFileAtomic(path, "x"), { name: "VisiiError", code: "io", message });
  }
  assert.deepEqual(leftovers(), []);
});

test("permission denied is said as such", { skip: process.getuid?.() === 0 && "root may write anywhere" }, async () => {
  mkdirSync(inside("locked"), { mode: 0o500 });
  const expected = { code: "io", message: /writing in .*locked is not permitted\.$/ };
  await assert.rejects(writeFileAtomic(inside("locked/x.txt"), "x"), expected);
});

test("each reason that a system gives has its sentence", () => {
  const said = (code: string) => writeError("a/b.png", Object.assign(new Error("system text"), { code })).message;
  assert.equal(said("ENOSPC"), "Cannot write a/b.png: there is no space left on the disk of a.");
  assert.equal(said("EACCES"), "Cannot write a/b.png: writing in a is not permitted.");
  assert.equal(said("EROFS"), "Cannot write a/b.png: a is read-only.");
  assert.equal(said("EIO"), "Cannot write a/b.png: system text.");
});

test("a file over the limit leaves the old one and nothing else", () => {
  const path = inside("limited.bin");
  writeFileSync(path, "old");
  const module = new URL("../../src/files/atomic.ts", import.meta.url).href;
  const script = `import { writeFileAtomic } from ${JSON.stringify(module)};
    try { await writeFileAtomic(process.argv[1], new Uint8Array(1 << 20)); console.log("written"); }
    catch (error) { console.log(error.code, error.message); }`;
  const command = 'ulimit -f 64; exec "$0" --import tsx --input-type=module -e "$1" "$2"';
  const env = { ...process.env, TSX_DISABLE_CACHE: "1" };
  const run = spawnSync("bash", ["-c", command, process.execPath, script, path], { encoding: "utf8", env });
  assert.match(
    run.stdout,
    /^io Cannot write .*limited\.bin: it would exceed the largest file allowed here\.$/m,
    run.stderr,
  );
  assert.equal(readFileSync(path, "utf8"), "old");
  assert.deepEqual(leftovers(), []);
});
