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
  /** Offset of the first byte after the chunk. */
  readonly end: number;
}

/** @throws VisiiError `input` if it isn't a PNG. */
function* chunks(png: Uint8Array): Generator<Chunk> {
  if (SIGNATURE.some((byte, i) => png[i] !== byte)) throw new VisiiError("input", "This is not a PNG file.");
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  for (let at = SIGNATURE.length; at + 12 <= png.length; ) {
    const length = view.getUint32(at);
    const end = at + 12 + length;
    if (end > png.length) return;
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    yield { type, data: png.subarray(at + 8, at + 8 + length), end };
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
export function addPngText(png: Uint8Array, text: Readonly<Record<string, string>>): Uint8Array {
  const header = chunks(png).next().value;
  if (header?.type !== "IHDR") throw new VisiiError("input", "This PNG file has no header.");
  const parts = [png.subarray(0, header.end)];
  for (const [keyword, value] of Object.entries(text)) parts.push(textChunk(keyword, value));
  parts.push(png.subarray(header.end));
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * The texts of a PNG, by keyword: `tEXt` and `iTXt`; compressed ones, which we never write, are left out.
 *
 * @throws VisiiError `input` if it isn't a PNG.
 */
export function readPngText(png: Uint8Array): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { type, data } of chunks(png)) {
    if (type !== "tEXt" && type !== "iTXt") continue;
    const latin1 = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    const split = data.indexOf(0);
    if (split < 1) continue;
    const keyword = latin1(data.subarray(0, split));
    if (type === "tEXt") {
      found[keyword] = latin1(data.subarray(split + 1));
      continue;
    }
    const compressed = data[split + 1] === 1;
    const languageEnd = data.indexOf(0, split + 3);
    const translatedEnd = languageEnd < 0 ? -1 : data.indexOf(0, languageEnd + 1);
    if (!compressed && translatedEnd >= 0) found[keyword] = new TextDecoder().decode(data.subarray(translatedEnd + 1));
  }
  return found;
}
