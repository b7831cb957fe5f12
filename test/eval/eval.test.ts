import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readImage } from "../../src/index.ts";
import { visii } from "../cli/child.ts";
import { picture, swapped, writeDataset } from "./pictures.ts";

const cwd = mkdtempSync(join(tmpdir(), "visii-eval-"));
after(() => rmSync(cwd, { recursive: true }));
const at = (...parts: string[]) => join(cwd, ...parts);

const ROWS = "truth,floor,ip2p,caption,sdedit,visii-1-clip-cap,visii-1-clip-cap-fixed,visii-2-clip-none";
const QUICK = [
  "--model",
  "nano",
  "--steps",
  "3",
  "--apply-steps",
  "1",
  "--sdedit-steps",
  "2",
  "--caption-steps",
  "2",
  "--checkpoint-every",
  "1",
  "--threads",
  "1",
];
const call = (folder: string) => [
  "eval",
  "set",
  "-o",
  folder,
  "--edits",
  "3",
  "--rows",
  ROWS,
  "--figure8",
  "--noise-seeds",
  "2",
  "--figure9",
  "--example-pairs",
  "2",
  "--hybrid",
  ...QUICK,
  "--json",
];

interface Table {
  readonly rows: readonly {
    readonly row: string;
    readonly edits: number;
    readonly metrics: Readonly<Record<string, { readonly mean: number } | null>>;
  }[];
  readonly encoder: unknown;
  readonly edits: readonly string[];
}
const report = (folder: string) => JSON.parse(readFileSync(at(folder, "report.json"), "utf8")) as Table;

before(async () => {
  await writeDataset(at("set"), 3, 4);
  const whole = await visii(call("whole"), { cwd });
  assert.equal(whole.code, 0, whole.stderr);
});

/** All that decides what a reader sees, times and memory aside. */
function results(folder: string): Record<string, string> {
  const files = readdirSync(at(folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const timeless = (text: string) => text.replaceAll(/"(seconds|peakMemory)": ?[\d.e+-]+/g, '"$1":0');
  const kept = files.flatMap(({ parentPath, name }): [string, string][] => {
    const file = join(parentPath, name);
    if (/^\..*\.tmp$/.test(name) && parentPath.endsWith(folder)) return []; // half a report or setup, which nobody reads
    if (/\.(csv|html)$/.test(name) || file.endsWith(".safetensors.json")) return []; // they hold times
    const bytes = readFileSync(file);
    return [
      [file.slice(at(folder).length), /\.jsonl?$/.test(name) ? timeless(bytes.toString()) : bytes.toString("base64")],
    ];
  });
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}

test("controls, baselines and learned rows are all measured; what must be exact is", () => {
  const { rows, encoder, edits } = report("whole");
  assert.equal(edits.length, 3);
  assert.deepEqual(encoder, { name: "nano/clip", normalised: true });
  const of = (name: string) => rows.find(({ row }) => row === name)!;
  assert.deepEqual(
    rows.map(({ row }) => row),
    [
      "copy",
      "paste",
      "colours",
      ...ROWS.split(","),
      "hybrid-authors",
      "hybrid-direct",
      "hybrid-turns",
      "hybrid-instruction",
      "hybrid-words",
    ],
  );
  const value = (name: string, metric: string) => of(name).metrics[metric]?.mean;
  assert.deepEqual([value("copy", "image"), value("copy", "visual"), value("copy", "ratio")], [1, 0, 1]);
  assert.deepEqual(
    [value("truth", "mse"), value("truth", "psnr"), value("truth", "gmsd"), value("truth", "leakage")],
    [0, 100, 0, 0],
  );
  assert.ok(Math.abs(value("paste", "leakage")! - 1) < 1e-6 && Math.abs(value("paste", "pixelLeakage")! - 1) < 1e-6);
  assert.ok(value("colours", "ratio")! < 1e-3, "exchanged channels are a colour transform");
  assert.ok(value("floor", "ratio")! > 0);
  assert.deepEqual([of("hybrid-authors").edits, of("ip2p").edits], [1, 3], "only one edit has an addition");
  assert.equal(of("hybrid-authors").metrics.visual, null);
});

test("every result is kept as a picture, and as a line of both tables", async () => {
  const cases = readFileSync(at("whole", "cases.csv"), "utf8").trim().split("\n");
  const table = readFileSync(at("whole", "table.csv"), "utf8").trim().split("\n");
  // 11 rows for two test pictures of three edits; one row more often by a noise and by an example; hybrids for one edit.
  assert.equal(cases.length, 1 + 11 * 6 + 6 + 6 + 5 * 2);
  assert.equal(table.length, 1 + 16);
  assert.ok(cases.every((line) => line.split(",").length === cases[0]!.split(",").length));
  const result = await readImage(at("whole", "pictures", "001-swap", "truth_e0_t1_s0.png"));
  assert.deepEqual(result.data, swapped(picture(14)).data);
});

test("the page stands alone: everything is in it, and nothing in it can break out", () => {
  const html = readFileSync(at("whole", "report.html"), "utf8");
  assert.ok(!/\b(?:src|href)="(?!data:)/.test(html));
  assert.ok(!/url\((?!data:)/.test(html));
  for (const part of [
    "Figure 7",
    "Figure 8",
    "Figure 9",
    "Beside the paper",
    "Hybrid instructions",
    "swap the colours",
    "nano/clip",
  ]) {
    assert.ok(html.includes(part), part);
  }
  assert.ok((html.match(/<img src="data:image\/webp/g) ?? []).length > 40);
});

test("killed three times at any moment, and shared by two processes: the same results as undisturbed", async () => {
  let kills = 0;
  for (const results of [1, 4, 9]) {
    let sent = false;
    await visii(call("killed"), {
      cwd,
      onOutput: (stdout, child) => {
        if (sent || (stdout.match(/"event":"step"/g)?.length ?? 0) < results) return;
        sent = true;
        setTimeout(() => child.kill("SIGKILL"), Math.random() * 200);
      },
    }).then(({ code }) => {
      if (code === null) kills++;
    });
  }
  assert.equal(kills, 3);
  assert.ok(!existsSync(at("killed", "report.json")));
  const both = await Promise.all([visii(call("killed"), { cwd }), visii(call("killed"), { cwd })]);
  for (const { code, stderr } of both) assert.equal(code, 0, stderr);
  assert.deepEqual(results("killed"), results("whole"));
});

test("what others have done meanwhile counts as done", async () => {
  const others = report("whole").edits.at(-1)!;
  let copied = false;
  const run = await visii(call("joined"), {
    cwd,
    onOutput: (stdout) => {
      if (copied || !stdout.includes('"event":"step"')) return;
      copied = true;
      for (const part of [join("pictures", others), join("cases", `${others}.jsonl`)]) {
        cpSync(at("whole", part), at("joined", part), { recursive: true });
      }
    },
  });
  assert.equal(run.code, 0, run.stderr);
  const last = run.events().findLast(({ event }) => event === "step")!;
  assert.notEqual(last.edit, others);
  assert.equal(last.step, last.steps);
});

test("run again, it only writes the report; with another setup it refuses the folder", async () => {
  const before = statSync(at("whole", "cases")).mtimeMs;
  const again = await visii(call("whole"), { cwd });
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual(
    again.events().map(({ event }) => event),
    [...Array(16).fill("row"), "done"],
  );
  assert.equal(statSync(at("whole", "cases")).mtimeMs, before);
  const other = await visii([...call("whole"), "--lr", "0.5"], { cwd });
  assert.equal(other.code, 2);
  assert.match(other.stderr, /^whole holds results of another model, other settings or another dataset .*\n$/);
});

test("a broken dataset is told by path before anything begins; --skip-broken goes on and counts what it leaves out", async () => {
  await writeDataset(at("broken"), 3, 3);
  rmSync(at("broken/000-swap/1_1.png"));
  writeFileSync(at("broken/001-swap/prompt.json"), "{ input: ");
  truncateSync(at("broken/002-swap/0_0.png"), 200);
  const args = ["eval", "broken", "-o", "mended", "--rows", "ip2p,visii-1-clip-none", "--tests", "1", ...QUICK];
  const refused = await visii(args, { cwd });
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /^broken: 3 things are broken; mend it, or go on without with --skip-broken: broken.00.-swap/,
  );
  assert.ok(!existsSync(at("mended")), "nothing was begun");
  const skipped = await visii([...args, "--skip-broken", "--json"], { cwd });
  assert.equal(skipped.code, 0, skipped.stderr);
  const broken = skipped.events().filter(({ event }) => event === "broken");
  assert.deepEqual(broken.map(({ path }) => String(path).replaceAll("\\", "/")).sort(), [
    "broken/000-swap/1_0.png",
    "broken/001-swap/prompt.json",
    "broken/002-swap/0_0.png",
  ]);
  assert.equal(skipped.events().at(-1)!.broken, 3);
  const { leftOut } = JSON.parse(readFileSync(at("mended/report.json"), "utf8")) as { leftOut: string[] };
  assert.equal(leftOut.length, 3);
});

test("mistakes are told before anything is loaded, in one sentence", async () => {
  const wrong = async (args: string[], code: number, sentence: RegExp) => {
    const { stderr, ...run } = await visii(["eval", ...args], { cwd });
    assert.match(stderr, sentence);
    assert.equal(run.code, code);
    assert.equal(stderr.trim().split("\n").length, 1);
  };
  await wrong([], 2, /^Name one dataset/);
  await wrong(["set"], 2, /^Name the folder of the results with -o\./);
  await wrong(["none", "-o", "out"], 1, /^none does not exist\./);
  await wrong(["set", "-o", "out", "--rows", "magic"], 2, /^There is no row "magic"; rows are copy, /);
  await wrong(["set", "-o", "out", "--tests", "0"], 2, /^--tests must be a whole number of at least 1, got 0\./);
  await wrong(["set", "-o", "out", ...QUICK, "--clip", "none"], 2, /^These rows need a CLIP: visii-1-clip-cap; /);
  await wrong(["set", "-o", "set/000-swap/prompt.json/x", ...QUICK], 1, /^Cannot write /);
});
