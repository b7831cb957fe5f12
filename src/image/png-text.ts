/**
 * Text in PNG files: everything a run needs to be repeated travels inside the picture it made.
 * Layout: https://www.w3.org/TR/png-3/#11textinfo
 */
import { VisiiError } from "../errors.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
const KEYWORD = /^[\x21-\x7e](?:[\x20-\x7e]{0,77}[\x21-\x7e])?$/;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let c = byte;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** CRC-32 as PNG and zip use it. */
export function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRC_TABLE[(c ^ byte) & 0xff]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** The type and the data, which the check sum is over. */
  readonly body: Uint8Array;
  readonly checkSum: number;
  /** Offset of the first byte after the chunk. */
  readonly end: number;
}

function isPng(file: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => file[i] === byte);
}

/** @throws VisiiError `input` if it isn't a PNG. */
function* chunks(png: Uint8Array): Generator<Chunk> {
  if (!isPng(png)) throw new VisiiError("input", "This is not a PNG file.");
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  for (let at = SIGNATURE.length; at + 12 <= png.length; ) {
    const length = view.getUint32(at);
    const end = at + 12 + length;
    if (end > png.length) return;
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    const body = png.subarray(at + 4, at + 8 + length);
    yield { type, data: body.subarray(4), body, checkSum: view.getUint32(end - 4), end };
    at = end;
  }
}

/** `tEXt` where ASCII is enough, `iTXt` (UTF-8) otherwise. */
function textChunk(keyword: string, text: string): Uint8Array {
  if (!KEYWORD.test(keyword)) {
    throw new VisiiError(
      "usage",
      `A PNG keyword has 1 to 79 ASCII characters, which ${JSON.stringify(keyword)} has not.`,
    );
  }
  const plain = PRINTABLE_ASCII.test(text.replaceAll("\n", ""));
  // iTXt: not compressed, method 0, no language, no translated keyword.
  const encoded = new TextEncoder().encode(plain ? `tEXt${keyword}\0${text}` : `iTXt${keyword}\0\0\0\0\0${text}`);
  const chunk = new Uint8Array(encoded.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, encoded.length - 4);
  chunk.set(encoded, 4);
  view.setUint32(encoded.length + 4, crc32(encoded));
  return chunk;
}

/**
 * The PNG with these texts added, right after its header, where readers find them without reading the pixels.
 *
 * @throws VisiiError `usage` for a keyword that PNG doesn't allow; `input` if `png` isn't one.
 */
export function addPngText(png: Uint8Array, text: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const header = chunks(png).next().value;
  if (header?.type !== "IHDR") throw new VisiiError("input", "This PNG file has no header.");
  const parts = [png.subarray(0, header.end)];
  for (const [keyword, value] of Object.entries(text)) parts.push(textChunk(keyword, value));
  parts.push(png.subarray(header.end));
  return joined(parts);
}

/** A text as its chunk has it: decoded, but maybe still compressed. */
interface Text {
  readonly keyword: string;
  readonly bytes: Uint8Array;
  readonly encoding: "latin1" | "utf-8";
  readonly compressed: boolean;
}

function textOf({ type, data }: Chunk): Text | undefined {
  const split = data.indexOf(0);
  if (split < 1) return undefined;
  const keyword = latin1(data.subarray(0, split));
  if (type === "tEXt") return { keyword, bytes: data.subarray(split + 1), encoding: "latin1", compressed: false };
  if (type === "zTXt") return { keyword, bytes: data.subarray(split + 2), encoding: "latin1", compressed: true };
  if (type !== "iTXt") return undefined;
  const languageEnd = data.indexOf(0, split + 3);
  const translatedEnd = languageEnd < 0 ? -1 : data.indexOf(0, languageEnd + 1);
  if (translatedEnd < 0) return undefined;
  const compressed = data[split + 1] === 1;
  return { keyword, bytes: data.subarray(translatedEnd + 1), encoding: "utf-8", compressed };
}

/** The web's "latin1" is windows-1252; PNG means ISO 8859-1. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

function decode(bytes: Uint8Array, encoding: Text["encoding"]): string {
  return encoding === "latin1" ? latin1(bytes) : new TextDecoder().decode(bytes);
}

/**
 * The texts of a PNG, by keyword; compressed ones, which we never write, are left out.
 *
 * @throws VisiiError `input` if it isn't a PNG.
 */
export function readPngText(png: Uint8Array): Record<string, string> {
  const found: Record<string, string> = {};
  for (const chunk of chunks(png)) {
    const text = textOf(chunk);
    if (text && !text.compressed) found[text.keyword] = decode(text.bytes, text.encoding);
  }
  return found;
}

/** Whether a PNG has a text with this keyword; false for what isn't a PNG. */
export function hasPngText(file: Uint8Array, keyword: string): boolean {
  return isPng(file) && [...chunks(file)].some((chunk) => textOf(chunk)?.keyword === keyword);
}

/**
 * One text of a PNG, checked: also where another program has saved it anew, and compressed it. `most` is the longest that is unpacked, in characters.
 *
 * @throws VisiiError `input` if it isn't a PNG, if its end is missing, or if the text's check sum is wrong or its compressed form broken.
 */
export async function readLargePngText(png: Uint8Array, keyword: string, most: number): Promise<string | undefined> {
  const all = [...chunks(png)];
  if (all.at(-1)?.type !== "IEND") throw new VisiiError("input", "This PNG file is cut short.");
  for (const chunk of all) {
    const text = textOf(chunk);
    if (text?.keyword !== keyword) continue;
    if (crc32(chunk.body) !== chunk.checkSum) throw new VisiiError("input", "A text of this PNG file is damaged.");
    return decode(text.compressed ? await inflate(text.bytes, most) : text.bytes, text.encoding);
  }
  return undefined;
}

/** Unpacks zlib's format, which is what PNG compresses with. */
async function inflate(bytes: Uint8Array, most: number): Promise<Uint8Array> {
  const unpacked = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream("deflate"));
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for (const reader = unpacked.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > most) throw new RangeError(`longer than ${most} bytes`);
      parts.push(value);
    }
  } catch (cause) {
    throw new VisiiError("input", "A text of this PNG file is damaged.", {}, { cause });
  }
  return joined(parts);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
