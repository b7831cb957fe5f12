import { extname } from "node:path";
import type { Sharp } from "sharp";
import sharp from "sharp";
import { VisiiError } from "../../errors.ts";
import { writeFileAtomic } from "../../files/atomic.ts";
import type { Image } from "../pixels.ts";
import { flatten } from "../pixels.ts";
import { addPngText } from "../png-text.ts";

export type ImageFormat = "png" | "jpeg" | "webp";

export interface WriteOptions {
  /** Text by keyword, written into the file; PNG only, other formats carry none. */
  readonly text?: Readonly<Record<string, string>>;
  /** Of JPEG and WebP, 1 … 100. @default 92, where differences are hard to see */
  readonly quality?: number;
}

const EXTENSIONS: Readonly<Record<string, ImageFormat>> = {
  ".png": "png",
  ".jpg": "jpeg",
  ".jpeg": "jpeg",
  ".webp": "webp",
};

/**
 * The format that a file's name asks for.
 *
 * @throws VisiiError `usage` for any other extension.
 */
export function formatOf(path: string): ImageFormat {
  const format = EXTENSIONS[extname(path).toLowerCase()];
  if (!format) throw new VisiiError("usage", `${path}: pictures are written as .png, .jpg or .webp.`, { path });
  return format;
}

/** A picture as the bytes of a file. The same picture and options give the same bytes. JPEG has no alpha: it is laid on white. */
export async function encodeImage(image: Image, format: ImageFormat, options: WriteOptions = {}): Promise<Uint8Array> {
  const { text, quality = 92 } = options;
  const picture = pipeline(format === "jpeg" ? flatten(image) : image);
  if (format === "jpeg") return picture.jpeg({ quality, chromaSubsampling: "4:4:4" }).toBuffer();
  if (format === "webp") return picture.webp({ quality }).toBuffer();
  const png = await picture.png().toBuffer();
  return text ? addPngText(png, text) : png;
}

function pipeline({ width, height, data, alpha }: Image): Sharp {
  if (!alpha) return sharp(data, { raw: { width, height, channels: 3 } });
  const rgba = new Uint8Array(4 * width * height); // [H, W, 4]
  for (let pixel = 0; pixel < alpha.length; pixel++) {
    rgba.set(data.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel);
    rgba[4 * pixel + 3] = alpha[pixel]!;
  }
  return sharp(rgba, { raw: { width, height, channels: 4 } });
}

/**
 * Writes a picture, whole or not at all, in the format that the extension names: .png, .jpg or .webp.
 *
 * @throws VisiiError `usage` for another extension, `io` if it cannot be written.
 */
export async function writeImage(path: string, image: Image, options: WriteOptions = {}): Promise<void> {
  const format = formatOf(path);
  await writeFileAtomic(path, await encodeImage(image, format, options));
}
