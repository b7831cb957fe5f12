import { VisiiError } from "../errors.ts";
import type { DType, Shape } from "../graph/index.ts";
import { checkHeader, type StoredDType, type TensorEntry } from "./safetensors-header.ts";
import type { ByteSource } from "./source.ts";

/** An opened `.safetensors` file: its header is read and checked, its tensors are not read yet. */
export interface SafetensorsFile {
  readonly source: ByteSource;
  /** The strings of `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** By key; offsets count from the beginning of the file. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
}

/** A tensor's values in memory: bit patterns where JavaScript has no such type. */
export interface TensorData {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: Float32Array | BigInt64Array | Uint16Array | Uint8Array;
}

const maximalHeader = 100_000_000; // bytes; the limit of the safetensors library

/**
 * Reads and checks the header of a `.safetensors` file.
 *
 * @throws VisiiError `model`, naming file and key: not such a file, or one that contradicts itself.
 */
export async function openSafetensors(source: ByteSource): Promise<SafetensorsFile> {
  const fail = (what: string): never => {
    throw new VisiiError("model", `${source.name}: ${what}.`, { file: source.name });
  };
  if (source.size < 8) fail("not a safetensors file (shorter than 8 bytes)");
  const prefix = await source.read(0, 8);
  const length = Number(new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true));
  if (length > maximalHeader) fail("not a safetensors file (no plausible header)");
  if (8 + length > source.size) fail("the file is truncated (it ends inside its header)");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await source.read(8, length));
  } catch (cause) {
    if (cause instanceof VisiiError) throw cause;
    return fail("not a safetensors file (its header is not UTF-8)");
  }
  if (!text.startsWith("{")) fail("not a safetensors file (its header is not JSON)");
  return { source, ...checkHeader(text, source.name, 8 + length, source.size) };
}

/**
 * One tensor's values, as stored.
 *
 * @throws VisiiError `model` if there is no such key, or its type is one that this library does not use.
 */
export async function readTensor(file: SafetensorsFile, key: string): Promise<TensorData> {
  const entry = file.tensors.get(key);
  if (!entry) throw new VisiiError("model", `${file.source.name}: it has no tensor "${key}".`, { key });
  const dtype = graphDType(entry.dtype);
  if (!dtype) {
    throw new VisiiError("model", `${file.source.name}: "${key}" has the unsupported type ${entry.dtype}.`, { key });
  }
  const bytes = await file.source.read(entry.offset, entry.length);
  return { dtype, shape: entry.shape, data: typedView(dtype, bytes) };
}

/** The library's name of a stored type, if it is one of those that it uses. */
export function graphDType(stored: StoredDType): DType | undefined {
  return storedToGraph[stored];
}

const storedToGraph: Partial<Record<StoredDType, DType>> = {
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
  I64: "int64",
  BOOL: "bool",
};

/** A view of little-endian `bytes` as values of `dtype`; copied only if they are not aligned. */
export function typedView(dtype: DType, bytes: Uint8Array): TensorData["data"] {
  const size = itemSizes[dtype];
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  const { buffer, byteOffset } = aligned;
  const length = bytes.byteLength / size;
  if (dtype === "float32") return new Float32Array(buffer, byteOffset, length);
  if (dtype === "int64") return new BigInt64Array(buffer, byteOffset, length);
  if (dtype === "bool") return new Uint8Array(buffer, byteOffset, length);
  return new Uint16Array(buffer, byteOffset, length);
}

const itemSizes: Record<DType, number> = { float32: 4, float16: 2, bfloat16: 2, int64: 8, bool: 1 };

/** Types in the order in which the safetensors library lays their tensors out. */
const layoutOrder: readonly (readonly [DType, StoredDType])[] = [
  ["int64", "I64"],
  ["float32", "F32"],
  ["bfloat16", "BF16"],
  ["float16", "F16"],
  ["bool", "BOOL"],
];

/**
 * The bytes of a `.safetensors` file, laid out as the safetensors library does it: widest type first, then by name; the header padded
 * with spaces to a multiple of 8. Metadata is written in the order of its names, so that equal content gives equal bytes.
 *
 * @throws VisiiError `graph` if a tensor's data does not fit its shape.
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, TensorData>>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const rank = (dtype: DType) => layoutOrder.findIndex(([name]) => name === dtype);
  const entries = Object.entries(tensors).sort(([a, x], [b, y]) => rank(x.dtype) - rank(y.dtype) || compareUtf8(a, b));
  const header: [string, unknown][] = [];
  if (metadata) {
    const sorted = Object.entries(metadata).sort(([a], [b]) => compareUtf8(a, b));
    header.push(["__metadata__", Object.fromEntries(sorted)]);
  }
  let end = 0;
  for (const [name, { dtype, shape, data }] of entries) {
    const bytes = shape.reduce((a, b) => a * b, itemSizes[dtype]);
    if (data.byteLength !== bytes) {
      throw new VisiiError("graph", `${name}: ${dtype}[${shape}] takes ${bytes} bytes, got ${data.byteLength}.`, {
        name,
      });
    }
    header.push([name, { dtype: layoutOrder[rank(dtype)][1], shape, data_offsets: [end, end + bytes] }]);
    end += bytes;
  }
  // Written by hand: an object would put keys such as "0" first.
  const json = `{${header.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`;
  const text = new TextEncoder().encode(json);
  const start = 8 + Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(start + end);
  file.fill(0x20, 8, start);
  new DataView(file.buffer).setBigUint64(0, BigInt(start - 8), true);
  file.set(text, 8);
  let at = start;
  for (const [, { data }] of entries) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

/** By code points, which is the order of the UTF-8 bytes (JavaScript's own compares UTF-16 units). */
function compareUtf8(a: string, b: string): number {
  const x = new TextEncoder().encode(a);
  const y = new TextEncoder().encode(b);
  for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return x[i] - y[i];
  return x.length - y.length;
}
