import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
  floatToHalf,
  halfToFloat,
} from "../../src/weights/float16.ts";

const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
const halves = float16ToFloat32(all);
const isNaNHalf = (bits: number) => (bits & 0x7fff) > 0x7c00;

test("known halves have their values", () => {
  const known: [number, number][] = [
    [0x0000, 0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
  ];
  for (const [bits, value] of known) {
    assert.equal(halves[bits], value);
    assert.equal(halfToFloat(bits), value);
  }
  assert.ok(Object.is(halves[0x8000], -0));
});

test("all 65,536 halves survive the way to float32 and back; a NaN stays a NaN of its sign", () => {
  const back = float32ToFloat16(halves);
  for (let bits = 0; bits < 65536; bits++) {
    if (!isNaNHalf(bits)) assert.equal(back[bits], bits);
    else {
      assert.ok(Number.isNaN(halves[bits]) && isNaNHalf(back[bits]));
      assert.equal(back[bits] & 0x8000, bits & 0x8000);
    }
  }
});

test("between two neighbouring halves: to the nearer, and from the middle to the even one", () => {
  for (let bits = 0; bits < 0x7c00; bits++) {
    const low = halves[bits];
    const high = bits === 0x7bff ? 65536 : halves[bits + 1]; // infinity stands where 65536 would
    const middle = Math.fround((low + high) / 2);
    const step = Math.max(2 ** -149, middle * 2 ** -23);
    const even = bits % 2 === 0 ? bits : bits + 1;
    assert.equal(floatToHalf(middle), even, `middle of ${low} and ${high}`);
    assert.equal(floatToHalf(Math.fround(middle - step)), bits);
    assert.equal(floatToHalf(Math.fround(middle + step)), bits + 1);
    assert.equal(floatToHalf(-middle), even | 0x8000);
  }
  assert.equal(floatToHalf(1e30), 0x7c00);
  assert.equal(floatToHalf(-1e-30), 0x8000);
});

test("all 65,536 bfloat16s survive the way to float32 and back", () => {
  const floats = bfloat16ToFloat32(all);
  const back = float32ToBfloat16(floats);
  for (let bits = 0; bits < 65536; bits++) {
    if ((bits & 0x7fff) > 0x7f80) assert.ok(Number.isNaN(floats[bits]) && (back[bits] & 0x7fff) > 0x7f80);
    else assert.equal(back[bits], bits);
  }
  assert.equal(floats[0x3f80], 1);
});

test("float32 rounds to the nearest bfloat16, ties to even", () => {
  const bits = Uint32Array.of(0x3f808000, 0x3f818000, 0x3f808001, 0x3f807fff, 0x7f7fffff, 0xff800000, 0x7f800001);
  const rounded = float32ToBfloat16(new Float32Array(bits.buffer));
  assert.deepEqual([...rounded], [0x3f80, 0x3f82, 0x3f81, 0x3f80, 0x7f80, 0xff80, 0x7fc0]);
});
