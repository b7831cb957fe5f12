import assert from "node:assert/strict";
import { test } from "node:test";
import { isVisiiError } from "../../src/errors.ts";
import { encodeSafetensors, openSafetensors, readTensor, type TensorData } from "../../src/weights/safetensors.ts";
import { memorySource } from "../../src/weights/source.ts";

const tensors: Record<string, TensorData> = {
  "b.weight": { dtype: "float32", shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) },
  "a.half": { dtype: "float16", shape: [3], data: Uint16Array.of(0x3c00, 0xc000, 0x3800) },
  "a.brain": { dtype: "bfloat16", shape: [2], data: Uint16Array.of(0x3f80, 0xc000) },
  "0": { dtype: "int64", shape: [1], data: BigInt64Array.of(-7n) },
  'z "é"': { dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) },
  scalar: { dtype: "float32", shape: [], data: Float32Array.of(2.5) },
  empty: { dtype: "float32", shape: [0, 4], data: new Float32Array(0) },
};

// Made by the safetensors library 0.5.3 for Python: serialize() of the tensors above, metadata {"format": "pt"}.
const golden = Buffer.from(
  `yAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdCJ9LCIwIjp7ImR0eXBlIjoiSTY0Iiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRz
IjpbMCw4XX0sImIud2VpZ2h0Ijp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyLDNdLCJkYXRhX29mZnNldHMiOls4LDMyXX0sImVtcHR5Ijp7ImR0
eXBlIjoiRjMyIiwic2hhcGUiOlswLDRdLCJkYXRhX29mZnNldHMiOlszMiwzMl19LCJzY2FsYXIiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6W10s
ImRhdGFfb2Zmc2V0cyI6WzMyLDM2XX0sImEuYnJhaW4iOnsiZHR5cGUiOiJCRjE2Iiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbMzYsNDBd
fSwiYS5oYWxmIjp7ImR0eXBlIjoiRjE2Iiwic2hhcGUiOlszXSwiZGF0YV9vZmZzZXRzIjpbNDAsNDZdfSwieiBcIsOpXCIiOnsiZHR5cGUiOiJC
T09MIiwic2hhcGUiOlszXSwiZGF0YV9vZmZzZXRzIjpbNDYsNDldfX0gICD5/////////wAAAAAAAIA/AAAAQAAAQEAAAIBAAACgQAAAIECAPwDA
ADwAwAA4AQAB`,
  "base64",
);

test("writes the bytes that the safetensors library writes", () => {
  assert.deepEqual(Buffer.from(encodeSafetensors(tensors, { format: "pt" })), golden);
});

test("reads back what it wrote, metadata included, whatever the order it was given in", async () => {
  const metadata = { note: "ink", format: "visii.instruction" };
  const bytes = encodeSafetensors(tensors, metadata);
  const reversed = Object.fromEntries(Object.entries(tensors).reverse());
  assert.deepEqual(encodeSafetensors(reversed, { format: "visii.instruction", note: "ink" }), bytes);
  const file = await openSafetensors(memorySource("a.safetensors", bytes));
  assert.deepEqual({ ...file.metadata }, metadata);
  assert.equal(file.tensors.size, 7);
  for (const [key, tensor] of Object.entries(tensors)) assert.deepEqual(await readTensor(file, key), tensor);
});

test("values are right when the bytes lie unaligned in memory", async () => {
  const shifted = new Uint8Array(golden.length + 1);
  shifted.set(golden, 1);
  const file = await openSafetensors(memorySource("a.safetensors", shifted.subarray(1)));
  assert.deepEqual(await readTensor(file, "b.weight"), tensors["b.weight"]);
  await assert.rejects(readTensor(file, "nope"), /a\.safetensors: it has no tensor "nope"/);
});

test("refuses to write data that do not fit their shape", () => {
  const wrong: TensorData = { dtype: "float32", shape: [3], data: Float32Array.of(1) };
  assert.throws(() => encodeSafetensors({ x: wrong }), /x: float32\[3\] takes 12 bytes, got 4/);
});

/** A file with this header, as text or as an object, and so many bytes of data. */
function fileOf(header: unknown, size = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const entry = (from: number, to: number, shape = [(to - from) / 4], dtype = "F32") => ({
  dtype,
  shape,
  data_offsets: [from, to],
});

const broken: [string, Uint8Array, RegExp][] = [
  ["an empty file", new Uint8Array(0), /not a safetensors file \(shorter than 8 bytes\)/],
  ["a PNG", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0), /no plausible header/],
  ["a file cut in its header", fileOf({ a: entry(0, 4) }).subarray(0, 20), /truncated \(it ends inside its header\)/],
  ["a file cut in its data", fileOf({ a: entry(0, 8) }, 7), /truncated: it has \d+ bytes, "a" ends at \d+/],
  ["a header that is not JSON", fileOf("{oops"), /its header is not JSON/],
  ["a header that is a list", fileOf(" []"), /its header is not JSON/],
  ["bytes left over", fileOf({ a: entry(0, 4) }, 6), /2 bytes at its end belong to no tensor/],
  ["a hole", fileOf({ a: entry(0, 4), b: entry(8, 12) }, 12), /4 bytes before "b" belong to no tensor/],
  ["an overlap", fileOf({ a: entry(0, 8), b: entry(4, 12) }, 12), /"b" overlap another/],
  ["a wrong length", fileOf({ a: entry(0, 8, [3]) }, 8), /"a" is F32\[3\], 12 bytes, but has 8/],
  ["an unknown type", fileOf({ a: entry(0, 4, [1], "F12") }, 4), /"a" has the unknown type "F12"/],
  ["a type of another kind", fileOf({ a: entry(0, 4, [1], "toString") }, 4), /"a" has the unknown type/],
  ["a negative shape", fileOf({ a: entry(0, 4, [-1]) }, 4), /"a" has the shape \[-1\], which is none/],
  ["offsets turned round", fileOf({ a: entry(4, 0, []) }, 4), /"a" has the offsets \[4,0\], which are none/],
  ["an entry that is no object", fileOf({ a: 3 }), /the entry of "a" is not an object/],
  ["metadata that are not strings", fileOf({ __metadata__: { a: 1 } }), /its metadata "a" is not a string/],
  [
    "a key twice",
    fileOf(`{"a":${JSON.stringify(entry(0, 4))},"\\u0061":${JSON.stringify(entry(0, 4))}}`, 4),
    /"a" appears twice in its header/,
  ],
];

for (const [what, bytes, message] of broken) {
  test(`refuses ${what}`, async () => {
    await assert.rejects(openSafetensors(memorySource("bad.safetensors", bytes)), (error) => {
      assert.ok(isVisiiError(error, "model"), String(error));
      assert.match(error.message, message);
      assert.match(error.message, /^bad\.safetensors: /);
      return true;
    });
  });
}

test("a key may look like another's inside", async () => {
  const header = { 'a":{"a': entry(0, 4), a: entry(4, 8), 'a\\": [': entry(8, 12) };
  const file = await openSafetensors(memorySource("odd.safetensors", fileOf(header, 12)));
  assert.deepEqual([...file.tensors.keys()], Object.keys(header));
});
