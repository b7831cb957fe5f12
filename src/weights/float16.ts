/**
 * 16-bit floats as bit patterns in `Uint16Array`s: IEEE half precision and bfloat16 to float32 (exact) and back (to nearest, ties to
 * even). Subnormals, infinities and signed zeros are kept; a NaN stays a NaN of the same sign.
 */

const scratch = new DataView(new ArrayBuffer(4));
let table: Float32Array | undefined; // [65536], the value of every half

function bitsToFloat(bits: number): number {
  scratch.setUint32(0, bits);
  return scratch.getFloat32(0);
}

function floatToBits(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getUint32(0);
}

/** The value of one half, given as its 16 bits. */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return bitsToFloat(((half & 0x8000) << 16) | 0x7f800000 | (fraction << 13));
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The 16 bits of the half nearest to `value` (first rounded to float32). */
export function floatToHalf(value: number): number {
  return bitsToHalf(floatToBits(value));
}

function bitsToHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00 | ((magnitude >> 13) & 0x3ff); // NaN, made quiet
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // from 65520 on it rounds to infinity
  if (magnitude >= 0x38800000) {
    // Normal: re-bias the exponent by 127 - 15 and round the 13 bits that go; a carry into the exponent is right as it is.
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >> 13) & 1)) >> 13);
  }
  if (magnitude < 0x33000000) return sign; // below half the smallest subnormal, 2^-25
  const shift = 126 - (magnitude >> 23); // 14 … 24
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const kept = fraction >> shift;
  const rest = fraction & ((1 << shift) - 1);
  const halfway = 1 << (shift - 1);
  return sign | (kept + (rest > halfway || (rest === halfway && (kept & 1) === 1) ? 1 : 0));
}

function bitsToBfloat(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40; // NaN, made quiet
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** Halves to float32, element by element; exact. */
export function float16ToFloat32(halves: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 65536 }, (_, half) => halfToFloat(half));
  const floats = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) floats[i] = table[halves[i]];
  return floats;
}

/** Float32 to the nearest halves, ties to even; beyond ±65504 (rounded) becomes infinity. */
export function float32ToFloat16(floats: Float32Array): Uint16Array {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const halves = new Uint16Array(floats.length);
  for (let i = 0; i < bits.length; i++) halves[i] = bitsToHalf(bits[i]);
  return halves;
}

/** Bfloat16 to float32, element by element; exact. */
export function bfloat16ToFloat32(bfloats: Uint16Array): Float32Array {
  const bits = new Uint32Array(bfloats.length);
  for (let i = 0; i < bits.length; i++) bits[i] = bfloats[i] << 16;
  return new Float32Array(bits.buffer);
}

/** Float32 to the nearest bfloat16, ties to even. */
export function float32ToBfloat16(floats: Float32Array): Uint16Array {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const bfloats = new Uint16Array(floats.length);
  for (let i = 0; i < bits.length; i++) bfloats[i] = bitsToBfloat(bits[i]);
  return bfloats;
}
