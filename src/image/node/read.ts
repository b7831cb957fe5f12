import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Metadata } from "sharp";
import sharp from "sharp";
import { VisiiError } from "../../errors.ts";
import type { Image } from "../pixels.ts";

export interface ReadOptions {
  /** Largest picture that is decoded, in pixels; read from its header, before any memory is spent. @default 50 megapixels */
  readonly maxPixels?: number;
}

const MAX_PIXELS = 50_000_000;
const MAX_BYTES = 2 ** 30;
const FORMATS: ReadonlySet<string> = new Set(["png", "jpeg", "webp", "heif", "gif", "tiff"]);
const FORMAT_NAMES = "PNG, JPEG, WebP, AVIF, GIF or TIFF";

const grouped = (value: number) => value.toLocaleString("en-US", { maximumFractionDigits: 1 });

function refuse(name: string, what: string, data: Record<string, unknown> = {}, cause?: unknown): VisiiError {
  return new VisiiError("input", `${name} ${what}.`, { name, ...data }, cause === undefined ? undefined : { cause });
}

/** @throws VisiiError `input` unless the header says: a picture of a known kind, within the limit. */
async function readHeader(bytes: Uint8Array, name: string, maxPixels: number): Promise<Metadata> {
  if (bytes.length === 0) throw refuse(name, "is empty");
  const metadata = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((cause: Error) => {
      if (/corrupt header/.test(cause.message)) throw refuse(name, "is damaged or cut short", {}, cause);
      throw refuse(name, `is not a picture that can be read (${FORMAT_NAMES})`, {}, cause);
    });
  const { format, width, height } = metadata;
  if (format === "svg") throw refuse(name, "is a drawing (SVG), not a picture made of pixels: export it as PNG first");
  if (!FORMATS.has(format)) throw refuse(name, `is not a picture that can be read (${FORMAT_NAMES})`, { format });
  if (width * height > maxPixels) {
    const size = `${grouped(width)} × ${grouped(height)} pixels (${grouped((width * height) / 1e6)} megapixels)`;
    const data = { width, height, maxPixels };
    throw refuse(name, `is too large: ${size}, and the limit is ${grouped(maxPixels / 1e6)} megapixels`, data);
  }
  return metadata;
}

/** What a picture's file is, without its pixels. */
export interface PictureFacts {
  /** Turned as its EXIF orientation says. */
  readonly width: number;
  readonly height: number;
}

/**
 * Finds out whether a picture's file is whole and can be read, in little memory: it is decoded in stripes, and nothing is kept.
 *
 * @throws VisiiError `input` as `decodeImage` does.
 */
export async function examineImage(
  bytes: Uint8Array,
  name = "The picture",
  options: ReadOptions = {},
): Promise<PictureFacts> {
  const maxPixels = options.maxPixels ?? MAX_PIXELS;
  const { autoOrient } = await readHeader(bytes, name, maxPixels);
  await thumbnail(bytes, 1, maxPixels).raw().toBuffer().catch(damaged(name));
  return { width: autoOrient.width, height: autoOrient.height };
}

/**
 * The picture at most so wide, as WebP: for lists and cards.
 *
 * @throws VisiiError `input` as `decodeImage` does.
 */
export async function previewImage(
  bytes: Uint8Array,
  width: number,
  name = "The picture",
): Promise<Uint8Array<ArrayBuffer>> {
  await readHeader(bytes, name, MAX_PIXELS);
  const preview = thumbnail(bytes, width, MAX_PIXELS).webp({ quality: 85 });
  return new Uint8Array(await preview.toBuffer().catch(damaged(name)));
}

function thumbnail(bytes: Uint8Array, width: number, maxPixels: number) {
  return sharp(bytes, { limitInputPixels: maxPixels, failOn: "error", sequentialRead: true })
    .autoOrient()
    .resize({ width, withoutEnlargement: true })
    .toColourspace("srgb");
}

function damaged(name: string): (cause: unknown) => never {
  return (cause) => {
    throw refuse(name, "is damaged or cut short", {}, cause);
  };
}

/**
 * Decodes a picture (PNG, JPEG, WebP, AVIF, GIF, TIFF) to 8-bit sRGB: turned as its EXIF orientation says, colour profile applied, alpha
 * kept; grey, palette, CMYK and 16-bit pictures are converted; of an animation the first frame is taken.
 *
 * @param name what messages call the picture
 * @throws VisiiError `input`, one sentence: empty, not a picture, damaged or cut short, too large.
 */
export async function decodeImage(bytes: Uint8Array, name = "The picture", options: ReadOptions = {}): Promise<Image> {
  const maxPixels = options.maxPixels ?? MAX_PIXELS;
  await readHeader(bytes, name, maxPixels);
  // "error" refuses every truncation that loses pixels; "warning" would also refuse intact pictures with a bad profile.
  const { data, info } = await sharp(bytes, { limitInputPixels: maxPixels, failOn: "error" })
    .autoOrient()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch(damaged(name));
  const { width, height, channels } = info;
  return separate(data, width, height, channels);
}

/** [H, W, 3 or 4] → colours and alpha apart; an alpha channel that is opaque throughout is none. */
function separate(pixels: Uint8Array, width: number, height: number, channels: number): Image {
  if (channels === 3) return { width, height, data: new Uint8Array(pixels) };
  const area = width * height;
  const data = new Uint8Array(3 * area);
  const alpha = new Uint8Array(area);
  for (let pixel = 0; pixel < area; pixel++) {
    data[3 * pixel] = pixels[4 * pixel]!;
    data[3 * pixel + 1] = pixels[4 * pixel + 1]!;
    data[3 * pixel + 2] = pixels[4 * pixel + 2]!;
    alpha[pixel] = pixels[4 * pixel + 3]!;
  }
  return alpha.every((opacity) => opacity === 255) ? { width, height, data } : { width, height, data, alpha };
}

/**
 * Reads a picture's file; see `decodeImage`.
 *
 * @throws VisiiError `input`, one sentence: also a missing file, a folder, a file that may not be read or is over 1 GB.
 */
export async function readImage(path: string, options: ReadOptions = {}): Promise<Image> {
  return decodeImage(await readBytes(path), basename(path), options);
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw refuse(path, "is a folder, not a picture");
    if (!found.isFile() && !found.isFIFO()) throw refuse(path, "is not a file");
    if (found.size > MAX_BYTES) throw refuse(path, "is too large: the limit is 1 GB", { bytes: found.size });
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof VisiiError) throw error;
    if (code === "ENOENT" || code === "ENOTDIR") throw refuse(path, "does not exist", { path }, error);
    if (code === "EACCES" || code === "EPERM")
      throw refuse(path, "may not be read: permission denied", { path }, error);
    throw refuse(path, `cannot be read: ${(error as Error).message}`, { path }, error);
  }
}
