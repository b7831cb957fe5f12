import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { deflateSync } from "node:zlib";
import { run } from "../../src/cli/main.ts";
import { learn } from "../../src/core/learn.ts";
import { crc32 } from "../../src/image/png-text.ts";
import { loadModel, readImage } from "../../src/index.ts";
import { encodeSafetensors, memorySource, openSafetensors, readTensor } from "../../src/weights/index.ts";
import { type Outcome, scratch, visii } from "./child.ts";
import { writeExamples } from "./pictures.ts";

const cwd = scratch();
const at = (name: string) => join(cwd, name);
const nano = join(import.meta.dirname, "../../models/nano");

type Tensors = Parameters<typeof encodeSafetensors>[0];

/** A copy of nano whose UNet has other weights. */
async function changedModel(name: string, change: (tensors: Record<string, Tensors[string]>) => void): Promise<void> {
  cpSync(nano, at(name), { recursive: true });
  const file = readdirSync(join(nano, "unet")).find((entry) => entry.endsWith(".safetensors"))!;
  const path = join(at(name), "unet", file);
  const source = await openSafetensors(memorySource(file, readFileSync(path)));
  const tensors: Record<string, Tensors[string]> = {};
  for (const key of source.tensors.keys()) tensors[key] = (await readTensor(source, key)) as Tensors[string];
  change(tensors);
  writeFileSync(path, encodeSafetensors(tensors, {}));
}

/** A whole, valid PNG of one bit a pixel, which a drawing library would take minutes for. */
function whitePng(side: number): Uint8Array {
  const rows = Buffer.alloc(side * (1 + side / 8), 0xff);
  for (let y = 0; y < side; y++) rows[y * (1 + side / 8)] = 0; // each row's filter: none
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1; // bits a pixel, grey
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const pixels = chunk("IDAT", deflateSync(rows, { level: 1 }));
  return Buffer.concat([signature, chunk("IHDR", header), pixels, chunk("IEND", Buffer.alloc(0))]);
}

before(async () => {
  await writeExamples(cwd);
  writeFileSync(at("notes.png"), "not a picture at all");
  writeFileSync(at("cut.png"), readFileSync(at("0_0.png")).subarray(0, 150));
  writeFileSync(at("huge.png"), whitePng(30_000));
  await changedModel("other", (tensors) => {
    const bias = tensors["conv_out.bias"]!;
    (bias.data as Float32Array)[0]! += 1;
  });
  await changedModel("missing", (tensors) => {
    delete tensors["conv_in.weight"];
  });
  await changedModel("misshaped", (tensors) => {
    const { dtype, data } = tensors["conv_out.bias"]!;
    tensors["conv_out.bias"] = { dtype, shape: [2, data.length / 2], data } as Tensors[string];
  });
  await using model = await loadModel("nano");
  const pair = { before: await readImage(at("0_0.png")), after: await readImage(at("0_1.png")) };
  await (await learn(model, { pairs: [pair], steps: 1 }).result).save(at("ink.safetensors"));
});

/** Failed as it should: exit code, one sentence on stderr and no trace, one event on stdout, no new file. */
async function refuses(args: readonly string[], code: number, sentence: RegExp, limits?: string): Promise<Outcome> {
  const files = readdirSync(cwd).sort();
  const outcome = await visii([...args, "--json"], { cwd, ...(limits && { before: limits }) });
  assert.equal(outcome.code, code, outcome.stderr);
  assert.match(outcome.stderr, sentence);
  assert.match(outcome.stderr, /^[^\n]+[.?]\n$/, "one line");
  assert.doesNotMatch(outcome.stderr, /\.[jt]s:\d|\bat .+\(|Error:/, "no trace");
  const last = outcome.events().at(-1)!;
  assert.equal(last.event, "error");
  assert.equal(`${last.message}\n`, outcome.stderr);
  assert.deepEqual(readdirSync(cwd).sort(), files, "nothing half-written");
  return outcome;
}

const learnFrom = (first: string) => [
  "learn",
  first,
  "0_1.png",
  "-o",
  "new.safetensors",
  "--model",
  "nano",
  "--steps",
  "1",
];

test("pictures that are missing, no pictures, cut short, or too large", async () => {
  await refuses(learnFrom("gone.png"), 1, /^gone\.png does not exist\.$/m);
  await refuses(learnFrom("notes.png"), 1, /^notes\.png is not a picture that can be read/);
  await refuses(learnFrom("cut.png"), 1, /^cut\.png is damaged or cut short\.$/m);
  await refuses(learnFrom("huge.png"), 1, /^huge\.png is too large: 30,000 × 30,000 pixels/);
  await refuses(["apply", "ink.safetensors", "cut.png", "-o", "out/"], 1, /^cut\.png is damaged or cut short\.$/m);
});

test("instructions that are none, or another model's", async () => {
  await refuses(["inspect", "0_0.png"], 1, /^0_0\.png: there is no instruction in this picture/);
  await refuses(["apply", "gone.safetensors", "0_0.png", "-o", "x.png"], 1, /^gone\.safetensors does not exist\.$/m);
  await refuses(
    ["apply", "ink.safetensors", "0_0.png", "-o", "x.png", "--model", "./other"],
    1,
    /^This instruction was learned with the model nano 1, not with .+ \(their weights differ\)/,
  );
});

test("models that are not sound", async () => {
  const call = (model: string) => [...learnFrom("0_0.png").slice(0, 5), "--steps", "1", "--model", model];
  await refuses(call("./missing"), 1, /conv_in\.weight/);
  await refuses(call("./misshaped"), 1, /conv_out\.bias/);
  await refuses(call("nowhere"), 1, /^nowhere: there is no such model; known here: /);
});

test("a disk that is full", async () => {
  // A limit of one block of 1024 bytes stands in for the full disk: every larger file fails half-way.
  const limits = "ulimit -f 1";
  const outcome = await refuses([...learnFrom("0_0.png"), "--no-strip"], 1, /^Cannot write new\.safetensors/, limits);
  assert.equal(outcome.events().at(-1)!.code, "io");
  await refuses(
    ["apply", "ink.safetensors", "0_0.png", "-o", "x.png", "--steps", "1"],
    1,
    /^Cannot write x\.png/,
    limits,
  );
});

const MISUSED: readonly (readonly [args: readonly string[], sentence: RegExp])[] = [
  [[...learnFrom("0_0.png"), "--steps", "abc"], /^--steps must be a number, got "abc"\.$/m],
  [[...learnFrom("0_0.png"), "--steps", "0"], /^--steps must be a whole number from 1 to 100000, got 0\.$/m],
  [[...learnFrom("0_0.png"), "--lambda-mse", "-1"], /^--lambda-mse must be a number from 0/],
  [[...learnFrom("0_0.png"), "--frobnicate"], /^There is no option --frobnicate\.$/m],
  [
    [...learnFrom("0_0.png"), "--device", "toaster"],
    /^--device must be one of auto, cpu, webgpu, cuda, got "toaster"\.$/m,
  ],
  [["apply", "ink.safetensors", "0_0.png", "-o", "0_0.png"], /^0_0\.png is one of the inputs/],
  [["apply", "ink.safetensors", "0_0.png", "1_0.png", "-o", "x.png"], /^x\.png is one file, but there are 2 pictures/],
  [
    ["apply", "ink.safetensors", "0_0.png", "-o", "x.png", "--splice", "turns"],
    /^Name the words for --splice by --with\.$/m,
  ],
  [["apply", "ink.safetensors", "0_0.png", "-o", "x.bmp"], /^x\.bmp: pictures are written as/],
  [["learn", "0_0.png", "0_1.png", "-o", "0_0.safetensors"], /^0_0\.png is one of the inputs/],
  [["lern", "0_0.png"], /^There is no command "lern"; did you mean learn\?$/m],
];

test("nonsense options, and what would overwrite an input", async () => {
  const here = process.cwd();
  process.chdir(cwd);
  try {
    for (const [args, sentence] of MISUSED) {
      let [stdout, stderr] = ["", ""];
      const code = await run(args, {
        out: (text) => {
          stdout += text;
        },
        err: (text) => {
          stderr += text;
        },
        columns: () => undefined,
        now: () => 0,
      });
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, sentence);
      assert.match(stderr, /^[^\n]+[.?]\n$/, "one line");
    }
  } finally {
    process.chdir(here);
  }
  for (const [args, sentence] of MISUSED.slice(0, 2)) await refuses(args, 2, sentence);
});

test("--debug shows where an error came from, and only then", async () => {
  const { code, stderr } = await visii(["inspect", "notes.png", "--debug"], { cwd });
  assert.equal(code, 1);
  assert.match(stderr, /\n\s+at /);
});
