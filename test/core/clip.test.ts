import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { clipSource } from "../../src/core/node-clip.ts";
import { apply, type Image, isVisiiError, learn, loadModel } from "../../src/index.ts";
import { encodeSafetensors } from "../../src/weights/index.ts";
import { smallModel } from "../weights/ldm.ts";
import { writeWide } from "./wide.ts";

const NANO = "models/nano";
const scratch = mkdtempSync(join(tmpdir(), "visii-clip-"));
after(() => rmSync(scratch, { recursive: true }));
process.env.HF_HUB_CACHE = join(scratch, "cache"); // whatever the machine has does not count

/** nano without its CLIP, which lies elsewhere. */
const [bare, apart] = [join(scratch, "bare"), join(scratch, "else", "where")];
cpSync(NANO, bare, { recursive: true });
rmSync(join(bare, "clip"), { recursive: true });
cpSync(join(NANO, "clip"), apart, { recursive: true });

function picture(seed: number): Image {
  const data = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * seed * 31 + (i >> 5) * 17) % 251);
  return { width: 40, height: 30, data };
}

const options = { pairs: [{ before: picture(3), after: picture(5) }], steps: 3, lr: 0.05, checkpointEvery: 2 };

async function learned(name: string, clip?: string, more: { lambdaClip?: number } = {}) {
  await using model = await loadModel(name, { threads: 1, ...(clip !== undefined && { clip }) });
  const clipLosses: number[] = [];
  const run = learn(model, { ...options, ...more });
  for await (const event of run) clipLosses.push(event.clip);
  return { clipLosses, instruction: await run.result };
}

const refusal = (sentence: RegExp) => (error: unknown) => isVisiiError(error, "model") && sentence.test(error.message);

test("a CLIP in a folder of its own, or in another model's, teaches what the model's own does, to the bit", async () => {
  const own = await learned(NANO);
  assert.ok(own.clipLosses.every((loss) => loss !== 0));
  for (const clip of [apart, NANO, "nano"]) {
    const other = await learned(bare, clip);
    assert.deepEqual(other.clipLosses, own.clipLosses);
    assert.deepEqual(other.instruction.toBytes(), own.instruction.toBytes());
  }
  assert.notEqual(own.instruction.provenance.model.clipHash, "");
});

test("without a CLIP there is no CLIP loss, and the instruction says so", async () => {
  for (const { clipLosses, instruction } of [
    await learned(NANO, "none"),
    await learned(bare, undefined, { lambdaClip: 0 }),
  ]) {
    assert.ok(clipLosses.every((loss) => loss === 0));
    assert.equal(instruction.provenance.model.clipHash, "");
  }
});

test("applying needs no CLIP; learning says in one sentence what it lacks", async () => {
  await using model = await loadModel(bare, { threads: 1 });
  const { instruction } = await learned(NANO);
  assert.equal((await apply(model, instruction, picture(7), { steps: 1 })).length, 1);
  await assert.rejects(
    learn(model, options).result,
    refusal(/^nano: no CLIP is known that goes with this model; name one with --clip, or learn .* --lambda-clip 0\.$/),
  );
  await assert.rejects(loadModel(bare, { clip: "owner/name" }), refusal(/visii models pull owner\/name/));
});

test("a damaged CLIP is noticed when it is needed, and not before", async () => {
  const damaged = join(scratch, "damaged");
  cpSync(NANO, damaged, { recursive: true });
  writeFileSync(join(damaged, "clip", "model.safetensors"), "none");
  await using model = await loadModel(damaged, { threads: 1 });
  await model.prompt("a cat");
  await assert.rejects(learn(model, options).result, refusal(/not a safetensors file/));
});

test("a CLIP of another width is refused", async () => {
  await using model = await loadModel(NANO, { threads: 1, clip: "tiny" });
  const sentence = /tiny\/clip: this CLIP's texts are of width \d+, the model's of width 32; name another with --clip/;
  await assert.rejects(learn(model, options).result, refusal(sentence));
});

test("the hash names the files of a CLIP as parts of a model, so that it can be checked there", async () => {
  const { instruction } = await learned(bare, apart);
  appendFileSync(join(apart, "preprocessor_config.json"), "\n");
  const again = await learned(bare, apart);
  assert.equal(again.instruction.provenance.model.clipHash, instruction.provenance.model.clipHash);
});

test("which CLIP goes with a model: its own, then that of its family", async () => {
  await using nano = await loadModel(NANO, { threads: 1 });
  const { identity, text, tokenizer } = nano.parts;
  const wide = { identity, tokenizer, text: { ...text, config: { ...text.config, width: 768 } } };
  assert.equal(clipSource(NANO, wide).name, join(NANO, "clip"));
  assert.equal(clipSource(bare, nano.parts).name, undefined);
  const family = clipSource(bare, wide);
  assert.equal(family.name, "openai/clip-vit-large-patch14");
  const sentence =
    /^nano: the CLIP that it learns with, openai\/clip-vit-large-patch14, is not on this machine; fetch it with `visii models pull openai\/clip-vit-large-patch14`, or learn without its loss, with --lambda-clip 0\.$/;
  await assert.rejects(family.open(), refusal(sentence));

  // Python's tokenizers leave a configuration without weights: that is no CLIP yet.
  const snapshot = join(scratch, "cache", "models--openai--clip-vit-large-patch14", "snapshots", "1f");
  mkdirSync(snapshot, { recursive: true });
  writeFileSync(join(snapshot, "config.json"), readFileSync(join(NANO, "clip", "config.json")));
  await assert.rejects(family.open(), refusal(sentence));
  cpSync(join(NANO, "clip"), snapshot, { recursive: true });
  await assert.rejects(family.open(), refusal(/1f: this CLIP's texts are of width 32, the model's of width 768/));
});

test("a single file of 16-bit weights learns with the CLIP beside it", async () => {
  const folder = join(scratch, "single");
  mkdirSync(folder);
  const file = join(folder, "instruct.safetensors");
  writeFileSync(file, encodeSafetensors(smallModel().file));
  cpSync(join(NANO, "tokenizer"), join(folder, "tokenizer"), { recursive: true });
  await using alone = await loadModel(file, { threads: 1 });
  assert.equal(alone.parts.clip.name, undefined);

  const { width } = alone.parts.text.config;
  await writeWide(join(scratch, "wide"), width);
  cpSync(join(scratch, "wide", "clip"), join(folder, "clip"), { recursive: true });
  await using model = await loadModel(file, { threads: 1 });
  assert.equal(model.parts.clip.name, join(folder, "clip"));
  const run = learn(model, { ...options, steps: 1, resolution: 64 });
  for await (const { clip } of run) assert.ok(Number.isFinite(clip) && clip !== 0);
  assert.match((await run.result).provenance.model.clipHash, /^[0-9a-f]{64}$/);
});
