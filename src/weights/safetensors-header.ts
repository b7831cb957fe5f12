import { VisiiError } from "../errors.ts";

const bytesPerItem = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;

/** A type as the file names it. */
export type StoredDType = keyof typeof bytesPerItem;

/** Where a tensor lies in its file. */
export interface TensorEntry {
  readonly dtype: StoredDType;
  readonly shape: readonly number[];
  /** Bytes from the beginning of the file. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

/**
 * Parses the JSON header of a file of `size` bytes whose data begin at `start`, and checks that every tensor's bytes fit its shape and
 * that together they fill the file exactly.
 *
 * @throws VisiiError `model`, naming file and key.
 */
export function checkHeader(
  text: string,
  name: string,
  start: number,
  size: number,
): { metadata: Record<string, string>; tensors: Map<string, TensorEntry> } {
  const fail = (what: string, key?: string): never => {
    throw new VisiiError("model", `${name}: ${what}.`, { file: name, ...(key === undefined ? {} : { key }) });
  };
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    return fail("not a safetensors file (its header is not JSON)");
  }
  if (!isObject(header)) return fail("not a safetensors file (its header is not a JSON object)");
  const twice = repeatedKey(text);
  if (twice !== undefined) fail(`"${twice}" appears twice in its header`, twice);

  const metadata = checkMetadata(header.__metadata__, fail);
  const tensors = new Map<string, TensorEntry>();
  for (const [key, value] of Object.entries(header)) {
    if (key !== "__metadata__") tensors.set(key, checkEntry(key, value, start, fail));
  }
  let end = start;
  for (const [key, entry] of [...tensors].sort(([, a], [, b]) => a.offset - b.offset || a.length - b.length)) {
    if (entry.offset > end) fail(`${entry.offset - end} bytes before "${key}" belong to no tensor`, key);
    if (entry.offset < end) fail(`the bytes of "${key}" overlap another tensor's`, key);
    end = entry.offset + entry.length;
    if (end > size) fail(`the file is truncated: it has ${size} bytes, "${key}" ends at ${end}`, key);
  }
  if (end < size) fail(`${size - end} bytes at its end belong to no tensor`);
  return { metadata, tensors };
}

type Fail = (what: string, key?: string) => never;

function checkMetadata(value: unknown, fail: Fail): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) return fail("its metadata is not an object");
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") fail(`its metadata "${key}" is not a string`, key);
  }
  return value as Record<string, string>;
}

function checkEntry(key: string, value: unknown, start: number, fail: Fail): TensorEntry {
  if (!isObject(value)) return fail(`the entry of "${key}" is not an object`, key);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string" || !Object.hasOwn(bytesPerItem, dtype)) {
    return fail(`"${key}" has the unknown type ${JSON.stringify(dtype)}`, key);
  }
  if (!isCounts(shape)) return fail(`"${key}" has the shape ${JSON.stringify(shape)}, which is none`, key);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    return fail(`"${key}" has the offsets ${JSON.stringify(offsets)}, which are none`, key);
  }
  const length = offsets[1] - offsets[0];
  const expected = shape.reduce((a, b) => a * b, bytesPerItem[dtype as StoredDType]);
  if (length !== expected) fail(`"${key}" is ${dtype}[${shape}], ${expected} bytes, but has ${length}`, key);
  return { dtype: dtype as StoredDType, shape, offset: start + offsets[0], length };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

/** The first key that one object of this (valid) JSON text has twice; `JSON.parse` would keep the last and say nothing. */
function repeatedKey(json: string): string | undefined {
  const open: Set<string>[] = []; // an empty set is pushed for arrays too, and stays empty
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}[\]]/g)) {
    if (token === "{" || token === "[") open.push(new Set());
    else if (token === "}" || token === "]") open.pop();
    else if (token.endsWith(":")) {
      const key = JSON.parse(token.slice(0, token.lastIndexOf('"') + 1)) as string;
      if (open.at(-1)?.has(key)) return key;
      open.at(-1)?.add(key);
    }
  }
  return undefined;
}
