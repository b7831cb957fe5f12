import assert from "node:assert/strict";
import { existsSync, lstatSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { Instruction } from "../../src/index.ts";
import { writeWide } from "../core/wide.ts";
import { digest, filesOf, LoopbackHub } from "../hub/server.ts";
import { scratch, visii } from "./child.ts";
import { writeExamples } from "./pictures.ts";

const NANO = filesOf(join(import.meta.dirname, "../../models/nano"));
const CLIP = "openai/clip-vit-large-patch14";
const UNET = NANO["unet/diffusion_pytorch_model.safetensors"]!;
const CARD = "---\nlicense: other\nlicense_name: nano-licence\n---\n";

const cwd = scratch();
const home = join(cwd, "home");
const cache = join(home, "hub", "models--someone--nano");
const hub = await LoopbackHub.start();
const commit = hub.publish("someone/nano", { ...NANO, "README.md": CARD });
after(() => hub.close());
before(() => writeExamples(cwd));
beforeEach(() => {
  hub.seen.length = 0;
  hub.fault = () => undefined;
});

for (const name of ["HF_TOKEN", "HF_TOKEN_PATH", "HF_HUB_CACHE", "HF_HUB_OFFLINE"]) delete process.env[name];
Object.assign(process.env, { HF_HOME: home, HF_ENDPOINT: hub.endpoint }); // children inherit them

test("models pull stops at Ctrl-C, goes on from there, and says where the model is", async () => {
  const blob = join(cache, "blobs", digest("sha256", UNET));
  const partial = `${blob}.incomplete`;
  hub.fault = ({ path }) => (path.endsWith(digest("sha256", UNET)) ? { hang: 400_000 } : undefined);
  let interrupted = false;
  const stopped = await visii(["models", "pull", "someone/nano", "--json"], {
    cwd,
    onOutput: (_, child) => {
      const wait = setInterval(() => {
        if (statSync(partial, { throwIfNoEntry: false })?.size !== 400_000) return;
        clearInterval(wait);
        if (!interrupted) child.kill("SIGINT");
        interrupted = true;
      }, 20);
    },
  });
  assert.equal(stopped.code, 130, stopped.stderr);
  assert.match(
    stopped.stderr,
    /^Stopped; what has arrived of someone\/nano is kept, and the same command goes on from there\.$/m,
  );
  assert.equal(statSync(partial).size, 400_000);
  hub.fault = () => undefined;

  hub.seen.length = 0;
  const { code, stderr, events } = await visii(["models", "pull", "someone/nano", "--json"], { cwd });
  assert.equal(code, 0, stderr);
  const snapshot = join(cache, "snapshots", commit);
  const { seconds, peakMemory, ...done } = events().at(-1)!;
  assert.ok(Number(seconds) > 0 && Number(peakMemory) > 0);
  const { size, fetched, ...rest } = done;
  assert.deepEqual(rest, {
    event: "done",
    outputs: [snapshot],
    name: "someone/nano",
    path: snapshot,
    revision: commit,
  });
  assert.ok(Number(fetched) < Number(size) && Number(fetched) >= UNET.length - 400_000);
  const steps = events().filter(({ event }) => event === "step");
  assert.equal(steps[0]!.step, Number(size) - Number(fetched), "begins with what was there");
  assert.ok(steps.every(({ steps, unit }) => steps === size && unit === "bytes"));
  assert.equal(steps.at(-1)!.step, size);
  assert.equal(hub.seen.find(({ path }) => path.startsWith("/objects/"))!.range, "bytes=400000-");
  assert.ok(lstatSync(join(snapshot, "unet", "config.json")).isSymbolicLink());

  const again = await visii(["models", "pull", "someone/nano"], { cwd });
  assert.match(again.stdout, /^someone\/nano is on this machine already \(\d\.\d MB\): .*snapshots/);
});

test("models path and list tell what there is", async () => {
  const path = await visii(["models", "path", "someone/nano"], { cwd });
  assert.equal(path.stdout, `${join(cache, "snapshots", commit)}\n`);
  const list = await visii(["models"], { cwd });
  assert.match(list.stdout, /^someone\/nano +hub +1\.4 MB +nano-licence +\//m);
  const json = await visii(["models", "list", "--json"], { cwd });
  const model = json.events().find(({ name }) => name === "someone/nano")!;
  const { licence, revision, size } = model;
  assert.deepEqual({ licence, revision }, { licence: "nano-licence", revision: commit });
  assert.ok(Number(size) > UNET.length);
  assert.deepEqual(hub.seen, [], "opens no connection");
});

test("--model fetches what is not here; learning and applying then need no connection", async () => {
  rmSync(home, { recursive: true });
  const learn = ["learn", "0_0.png", "0_1.png", "-o", "new.safetensors", "--steps", "1", "--model", "someone/nano"];
  const offline = await visii([...learn, "--json"].slice(0, -1), { cwd, before: "export HF_HUB_OFFLINE=1" });
  assert.equal(offline.code, 1);
  assert.match(offline.stderr, /HF_HUB_OFFLINE=0 visii models pull someone\/nano/);
  assert.deepEqual(hub.seen, []);

  const learned = await visii([...learn, "--no-strip"], { cwd });
  assert.equal(learned.code, 0, learned.stderr);
  assert.match(learned.stderr, /^Fetching someone\/nano\.$/m);
  const { provenance } = await Instruction.parse(readFileSync(join(cwd, "new.safetensors")), "new.safetensors");
  assert.equal(provenance.model.name, "someone/nano");

  await hub.close();
  const edits = [
    ["apply", "new.safetensors", "0_0.png", "-o", "learned.png", "--steps", "1"],
    ["edit", "a sketch", "0_0.png", "-o", "words.png", "--steps", "1", "--model", "someone/nano"],
    ["learn", "0_0.png", "0_1.png", "-o", "again.safetensors", "--steps", "1", "--no-strip", "--model", "someone/nano"],
  ];
  for (const args of edits) {
    const { code, stderr } = await visii(args, { cwd });
    assert.equal(code, 0, stderr);
    assert.ok(existsSync(join(cwd, args[args.indexOf("-o") + 1]!)));
  }
});

test("learning fetches the CLIP that goes with a model of the hub's, if the command line names the model; applying does not", async () => {
  const own = await LoopbackHub.start(); // the other one is closed by now
  after(() => own.close());
  const folder = join(cwd, "wide");
  await writeWide(folder, 768);
  const clip = filesOf(join(folder, "clip"));
  rmSync(join(folder, "clip"), { recursive: true });
  own.publish("someone/wide", filesOf(folder));
  own.publish(CLIP, clip);
  const there = () => existsSync(join(home, "hub", "models--openai--clip-vit-large-patch14"));
  const learn = (...more: string[]) =>
    visii(["learn", "0_0.png", "0_1.png", "-o", "wide.safetensors", "--steps", "1", "--no-strip", ...more], {
      cwd,
      before: `export HF_ENDPOINT=${own.endpoint}`,
    });
  const clipHash = async () =>
    (await Instruction.parse(readFileSync(join(cwd, "wide.safetensors")), "wide")).provenance.model.clipHash;

  for (const without of [
    ["--lambda-clip", "0"],
    ["--clip", "none"],
  ]) {
    const { code, stderr } = await learn("--model", "someone/wide", ...without);
    assert.equal(code, 0, stderr);
    assert.equal(await clipHash(), "");
  }
  const folderOnly = await learn("--model", folder);
  assert.equal(folderOnly.code, 1);
  assert.match(folderOnly.stderr, /the CLIP that it learns with, openai\/.* fetch it with `visii models pull openai\//);
  const applied = await visii(["apply", "wide.safetensors", "0_0.png", "-o", "wide.png", "--steps", "1"], {
    cwd,
    before: `export HF_ENDPOINT=${own.endpoint}`,
  });
  assert.equal(applied.code, 0, applied.stderr);
  assert.ok(!there());

  const { code, stderr } = await learn("--model", "someone/wide");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^Fetching openai\/clip-vit-large-patch14\.$/m);
  assert.ok(there());
  const hash = await clipHash();
  assert.match(hash, /^[0-9a-f]{64}$/);
  own.seen.length = 0;
  assert.equal((await learn("--model", folder, "--clip", CLIP)).code, 0);
  assert.equal(await clipHash(), hash);
  assert.deepEqual(own.seen, [], "what is there is not asked for again");
});

test("a model that an instruction names is not fetched by itself", async () => {
  rmSync(home, { recursive: true });
  const { code, stderr } = await visii(["apply", "new.safetensors", "0_0.png", "-o", "x.png"], { cwd });
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^someone\/nano: this model is not in the Hugging Face cache .*`visii models pull someone\/nano`/,
  );
});

test("models is called rightly, or told how", async () => {
  for (const [args, sentence] of [
    [["pul"], /visii models can list, pull, path, not "pul"; did you mean pull\?/],
    [["pull"], /Name one model: visii models pull owner\/name\./],
    [["pull", "nano"], /is named owner\/name, which "nano" is not/],
    [["list", "more"], /visii models list takes nothing more/],
  ] as const) {
    const { code, stderr } = await visii(["models", ...args], { cwd });
    assert.equal(code, 2);
    assert.match(stderr, sentence);
  }
});
