import { VisiiError } from "../errors.ts";

/** A readable range of bytes: a file, a Blob, memory, or something over HTTP. */
export interface ByteSource {
  /** How errors call it. */
  readonly name: string;
  /** Bytes in all. */
  readonly size: number;
  /** The `length` bytes from `offset` on. @throws VisiiError `io` where they can't be read. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** The absolute path of the file behind it, if there is one. */
  readonly path?: string;
}

/** Bytes in memory; reads share them, without a copy. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.byteLength,
    async read(offset, length) {
      checkRange(name, bytes.byteLength, offset, length);
      return bytes.subarray(offset, offset + length);
    },
  };
}

/** A Blob or File, as a browser gives it. */
export function blobSource(name: string, blob: Blob): ByteSource {
  return {
    name,
    size: blob.size,
    async read(offset, length) {
      checkRange(name, blob.size, offset, length);
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    },
  };
}

/**
 * A file over HTTP, by range requests. A server that ignores ranges is asked once only, and its whole answer kept.
 *
 * @throws VisiiError `io` if the server does not answer with the file.
 */
export async function fetchSource(url: string, options: { signal?: AbortSignal } = {}): Promise<ByteSource> {
  const get = async (first: number, last: number): Promise<Response> => {
    const headers = { Range: `bytes=${first}-${last}` };
    const response = await fetch(url, { headers, signal: options.signal ?? null }).catch((cause) => {
      throw new VisiiError("io", `${url}: the server can't be reached.`, { url }, { cause });
    });
    if (!response.ok) throw new VisiiError("io", `${url}: the server answered ${response.status}.`, { url });
    return response;
  };
  const probe = await get(0, 0);
  if (probe.status !== 206) return memorySource(url, new Uint8Array(await probe.arrayBuffer()));
  await probe.arrayBuffer();
  const size = Number(probe.headers.get("content-range")?.split("/")[1]);
  if (!Number.isSafeInteger(size))
    throw new VisiiError("io", `${url}: the server does not tell the file's size.`, { url });
  return {
    name: url,
    size,
    async read(offset, length) {
      checkRange(url, size, offset, length);
      if (length === 0) return new Uint8Array(0);
      const bytes = new Uint8Array(await (await get(offset, offset + length - 1)).arrayBuffer());
      if (bytes.byteLength === length) return bytes;
      throw new VisiiError("io", `${url}: asked for ${length} bytes, got ${bytes.byteLength}.`, { url });
    },
  };
}

/** Throws where `[offset, offset + length)` is not inside a source of `size` bytes. */
export function checkRange(name: string, size: number, offset: number, length: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= size) return;
  throw new VisiiError("io", `${name}: bytes ${offset} to ${offset + length} lie outside its ${size} bytes.`, { name });
}
