import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { PEZ, search } from "../../src/core/caption.ts";
import { caption, type Image, isVisiiError, loadClip } from "../../src/index.ts";
import { cosine } from "../../src/metrics/index.ts";
import { relativeError } from "../graph/run.ts";
import { readGolden, report } from "../models/golden.ts";

const scratch = mkdtempSync(join(tmpdir(), "visii-caption-"));
after(() => rmSync(scratch, { recursive: true }));

const clip = await loadClip("models/nano", { threads: 1 });
after(() => clip.release());

function picture(seed: number): Image {
  const data = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * seed * 31 + (i >> 5) * 17) % 251);
  return { width: 40, height: 30, data };
}

test("the search goes as in plain PyTorch, token by token", async () => {
  const golden = await readGolden("caption");
  const wanted = (key: string) => golden.get(`output.${key}`)!;
  const settings = { ...PEZ, tokens: 4, steps: 12, seed: 5, vocabulary: "all" } as const;
  const steps: { ids: readonly number[]; similarity: number; prompt: Float32Array }[] = [];
  for await (const found of search(clip, golden.get("input.features")!.data as Float32Array, settings))
    steps.push(found);
  assert.deepEqual(
    steps.flatMap(({ ids }) => ids),
    Array.from(wanted("ids").data as BigInt64Array, Number),
  );
  assert.notDeepEqual(steps[0]!.ids, steps.at(-1)!.ids, "another token becomes the nearest on the way");
  const error = (values: readonly number[], key: string) =>
    relativeError(Float32Array.from(values), wanted(key).data as Float32Array);
  report("caption", [
    {
      name: "similarity, 12 steps",
      error: error(
        steps.map((s) => s.similarity),
        "similarity",
      ),
      tolerance: 1e-5,
    },
    {
      name: "continuous prompt, 12 steps",
      error: error(
        steps.flatMap((s) => [...s.prompt]),
        "prompts",
      ),
      tolerance: 1e-3,
    },
  ]);
});

test("a caption is the best text on the way, and its words are read as its tokens", async () => {
  const pictures = [picture(3), picture(5)];
  const seen: number[] = [];
  const options = { tokens: 3, steps: 25, onStep: ({ similarity }: { similarity: number }) => seen.push(similarity) };
  const found = await caption(clip, pictures, options);
  assert.equal(seen.length, 25);
  assert.equal(found.similarity, Math.max(...seen));
  assert.ok(found.similarity > seen[0]!, "the search has found something better than what it began with");
  const { ids, span } = (await clip.clip.tokenizer()).encode(found.words);
  assert.deepEqual(Array.from(ids.slice(span.start, span.end), Number), found.ids);
  const text = await clip.textEmbeds(found.words);
  const cosines = await Promise.all(pictures.map(async (each) => cosine(text, await clip.imageEmbeds(each))));
  assert.ok(Math.abs((cosines[0]! + cosines[1]!) / 2 - found.similarity) < 1e-5);
  assert.deepEqual(await caption(clip, pictures, { tokens: 3, steps: 25 }), found);
  assert.notDeepEqual((await caption(clip, pictures, { tokens: 3, steps: 25, seed: 1 })).ids, found.ids);
});

test("what does not work is told in one sentence", async () => {
  const refusal = (code: "usage" | "model" | "aborted", sentence: RegExp) => (error: unknown) =>
    isVisiiError(error, code) && sentence.test(error.message);
  await assert.rejects(caption(clip, []), refusal("usage", /no picture/));
  await assert.rejects(caption(clip, [picture(1)], { tokens: 76 }), refusal("usage", /tokens must be a whole number/));
  const signal = AbortSignal.abort();
  await assert.rejects(caption(clip, [picture(1)], { tokens: 2, signal }), refusal("aborted", /Stopped/));
  await assert.rejects(
    loadClip("models/no-such"),
    refusal("model", /models\/no-such: .*not in the Hugging Face cache/),
  );
  const alone = join(scratch, "alone");
  cpSync("models/nano/clip", alone, { recursive: true });
  await using bare = await loadClip(alone, { threads: 1 });
  await assert.rejects(caption(bare, [picture(1)]), refusal("model", /vocab\.json/));
});
