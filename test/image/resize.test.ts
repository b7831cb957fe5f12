import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { OPENAI_CLIP, toClipTensor } from "../../src/image/clip.ts";
import { fitAsInstructPix2Pix } from "../../src/image/fit.ts";
import type { Image } from "../../src/image/pixels.ts";
import { fromTensor, toTensor } from "../../src/image/pixels.ts";
import type { Box, Filter } from "../../src/image/resize.ts";
import { resize, resizePlane } from "../../src/image/resize.ts";

/** Bytes of `resize.bin`, or their hash where they are many. */
type Expected = { start: number; length: number } | { sha256: string };
interface Golden {
  tensor: { size: [number, number]; to: Expected; ramp: Expected; back: Expected };
  resize: ({ from: [number, number]; channels: number; to: [number, number]; filter: Filter; box?: Box } & Expected)[];
  fit: ({ from: [number, number]; resolution: number; multiple: number; to: [number, number] } & Expected)[];
  clip: ({ from: [number, number]; edge: number } & Expected)[];
}

const folder = new URL("../goldens/image/", import.meta.url);
const golden = JSON.parse(readFileSync(new URL("resize.json", folder), "utf8")) as Golden;
const blob = readFileSync(new URL("resize.bin", folder));

/** The same formula as in `reference/goldens/make_resize.py`. */
function pattern(width: number, height: number, channels: number): Uint8Array {
  const data = new Uint8Array(width * height * channels);
  let i = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) data[i++] = x * x * (c + 3) + y * y * 5 + x * y * 7 + c * 91;
    }
  }
  return data;
}

const picture = (width: number, height: number): Image => ({ width, height, data: pattern(width, height, 3) });
const bytes = (values: ArrayBufferView) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

function assertSame(values: ArrayBufferView, expected: Expected, label: string): void {
  const got = bytes(values);
  if ("sha256" in expected) {
    assert.equal(createHash("sha256").update(got).digest("hex"), expected.sha256, label);
    return;
  }
  const want = blob.subarray(expected.start, expected.start + expected.length);
  assert.equal(got.length, want.length, label);
  const differing = got.reduce((count, value, i) => count + (value === want[i] ? 0 : 1), 0);
  assert.equal(differing, 0, `${label}: ${differing} of ${want.length} bytes differ`);
}

test("resizing equals Pillow's, byte for byte", () => {
  for (const one of golden.resize) {
    const label = `${one.filter} ${one.from} → ${one.to}, ${one.channels} channels${one.box ? `, box ${one.box}` : ""}`;
    const out = resizePlane(pattern(...one.from, one.channels), one.from, one.channels, one.to, one.filter, one.box);
    assertSame(out, one, label);
  }
  const covered = new Set(golden.resize.map(({ filter }) => filter));
  assert.equal(covered.size, 6);
});

test("fitting equals InstructPix2Pix's ImageOps.fit", () => {
  for (const one of golden.fit) {
    const fitted = fitAsInstructPix2Pix(picture(...one.from), one);
    assert.deepEqual([fitted.width, fitted.height], one.to);
    assertSame(fitted.data, one, `${one.from} at ${one.resolution}`);
  }
});

test("CLIP's input equals transformers' Pillow processor", () => {
  for (const one of golden.clip) {
    const tensor = toClipTensor(picture(...one.from), { ...OPENAI_CLIP, shortestEdge: one.edge, cropSize: one.edge });
    assertSame(tensor, one, `clip ${one.from} → ${one.edge}`);
  }
});

test("tensors equal diffusers', there and back", () => {
  const { size, to, ramp, back } = golden.tensor;
  assertSame(toTensor(picture(...size)), to, "toTensor");
  assert.ok("start" in ramp);
  const values = new Float32Array(new Uint8Array(blob.subarray(ramp.start, ramp.start + ramp.length)).buffer);
  assertSame(fromTensor(values, ...size).data, back, "fromTensor");
});

test("a picture survives the way to a tensor and back", () => {
  const image = picture(19, 11);
  assert.deepEqual([...fromTensor(toTensor(image), 19, 11).data], [...image.data]);
});

test("a tensor of the wrong length or with a NaN is refused", () => {
  assert.throws(() => fromTensor(new Float32Array(10), 2, 2), {
    code: "graph",
    message: /expected 12 values for 3×2×2, got 10/,
  });
  assert.throws(() => fromTensor(new Float32Array(12).fill(Number.NaN), 2, 2), {
    code: "runtime",
    message: /not numbers/,
  });
});

test("impossible sizes and boxes are refused", () => {
  assert.throws(() => resize(picture(4, 4), 0, 3), { code: "usage", message: /cannot be 0×3/ });
  assert.throws(() => resize(picture(4, 4), 2.5, 3), { code: "usage" });
  assert.throws(() => resize(picture(4, 4), 2, 2, "bicubic", [0, 0, 5, 4]), {
    code: "usage",
    message: /not inside 4×4/,
  });
});

test("alpha is resampled as a grey picture", () => {
  const alpha = pattern(8, 6, 1);
  const half = resize({ ...picture(8, 6), alpha }, 4, 3);
  assert.deepEqual(half.alpha, resizePlane(alpha, [8, 6], 1, [4, 3], "lanczos"));
});
