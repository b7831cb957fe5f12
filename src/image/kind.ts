/** How a file of each kind begins; `undefined` stands for any byte. */
const BEGINNINGS: readonly (readonly [type: string, bytes: readonly (number | undefined)[]])[] = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/gif", [...text("GIF8")]],
  ["image/webp", [...text("RIFF"), undefined, undefined, undefined, undefined, ...text("WEBP")]],
  ["image/avif", [undefined, undefined, undefined, undefined, ...text("ftypavif")]],
  ["image/tiff", [0x49, 0x49, 0x2a, 0x00]],
  ["image/tiff", [0x4d, 0x4d, 0x00, 0x2a]],
];

/** The media type of a picture's file, by its first bytes; undefined for what no browser shows as a picture. */
export function mediaType(file: Uint8Array): string | undefined {
  return BEGINNINGS.find(([, bytes]) => bytes.every((byte, i) => byte === undefined || byte === file[i]))?.[0];
}

function text(ascii: string): Uint8Array {
  return new TextEncoder().encode(ascii);
}
