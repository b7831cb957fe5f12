/** Pictures and files, in Node: reading, writing, and the sheets that show results. */
export type { PictureFacts, ReadOptions } from "./node/read.ts";
export { decodeImage, examineImage, previewImage, readImage } from "./node/read.ts";
export { renderSheet } from "./node/sheet.ts";
export type { ImageFormat, WriteOptions } from "./node/write.ts";
export { encodeImage, formatOf, writeImage } from "./node/write.ts";
export { readPngText } from "./png-text.ts";
export type { Sheet, SheetRow } from "./sheet.ts";
