import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { fitToModel, modelSize, restore } from "../../src/image/fit.ts";
import { decodeImage, encodeImage, readImage, readPngText, writeImage } from "../../src/image/node.ts";
import type { Image } from "../../src/image/pixels.ts";
import { flatten } from "../../src/image/pixels.ts";
import { addPngText, crc32 } from "../../src/image/png-text.ts";

const folder = mkdtempSync(join(tmpdir(), "visii-image-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const inside = (name: string) => join(folder, name);

/** Four differently coloured quarters: which corner went where can be read off. */
function quarters(width = 24, height = 16, alpha = false): Image {
  const colours = [
    [250, 10, 10],
    [10, 250, 10],
    [10, 10, 250],
    [240, 240, 20],
  ]; // ↖ ↗ ↙ ↘
  const data = new Uint8Array(width * height * 3);
  const opacity = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data.set(colours[(y * 2 >= height ? 2 : 0) + (x * 2 >= width ? 1 : 0)]!, (y * width + x) * 3);
      opacity[y * width + x] = (x * 10 + y) % 256;
    }
  }
  return alpha ? { width, height, data, alpha: opacity } : { width, height, data };
}

const pixel = ({ width, data }: Image, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];
const raw = ({ width, height, data }: Image) => sharp(data, { raw: { width, height, channels: 3 } });
const near = (a: number[], b: number[], tolerance: number) => a.every((v, i) => Math.abs(v - b[i]!) <= tolerance);

test("a PNG survives the way to a file and back, alpha and texts included", async () => {
  const image = quarters(24, 16, true);
  const text = { visii: '{"seed":7}', words: "make it snow", prompt: "日本の冬 ❄ é\nsecond line" };
  await writeImage(inside("there.png"), image, { text });
  assert.deepEqual(await readImage(inside("there.png")), image);
  assert.deepEqual(readPngText(readFileSync(inside("there.png"))), text);
  await assert.rejects(encodeImage(image, "png", { text: { wörtlich: "" } }), { code: "usage", message: /keyword/ });
});

test("the texts are where other programs find them", async () => {
  const png = addPngText(await encodeImage(quarters(), "png"), { Title: "plain", Comment: "naïve ☃" });
  const { comments } = await sharp(png).metadata();
  assert.deepEqual(comments, [
    { keyword: "Title", text: "plain" },
    { keyword: "Comment", text: "naïve ☃" },
  ]);
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
  assert.throws(() => readPngText(new Uint8Array([1, 2, 3])), { code: "input", message: "This is not a PNG file." });
});

test("the same picture gives the same bytes", async () => {
  const [one, two] = await Promise.all([encodeImage(quarters(), "png"), encodeImage(quarters(), "png")]);
  assert.deepEqual(one, two);
});

test("EXIF orientations 1 to 8 are applied", async () => {
  const { data, width, height } = quarters();
  const [tl, tr, bl, br] = [
    pixel(quarters(), 0, 0),
    pixel(quarters(), 23, 0),
    pixel(quarters(), 0, 15),
    pixel(quarters(), 23, 15),
  ];
  const corners = [
    [tl, tr, bl, br],
    [tr, tl, br, bl],
    [br, bl, tr, tl],
    [bl, br, tl, tr],
    [tl, bl, tr, br],
    [bl, tl, br, tr],
    [br, tr, bl, tl],
    [tr, br, tl, bl],
  ];
  for (const [i, expected] of corners.entries()) {
    const stored = raw({ width, height, data }).withMetadata({ orientation: i + 1 });
    for (const bytes of [
      await stored.clone().jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer(),
      await stored.tiff({ compression: "none" }).toBuffer(),
    ]) {
      const image = await decodeImage(bytes);
      assert.deepEqual([image.width, image.height], i < 4 ? [24, 16] : [16, 24], `orientation ${i + 1}`);
      const [w, h] = [image.width - 1, image.height - 1];
      const got = [pixel(image, 0, 0), pixel(image, w, 0), pixel(image, 0, h), pixel(image, w, h)];
      for (const [corner, colour] of got.entries()) {
        assert.ok(
          near(colour, expected[corner]!, 12),
          `orientation ${i + 1}, corner ${corner}: ${colour} is not ${expected[corner]}`,
        );
      }
    }
  }
});

test("every kind of picture becomes 8-bit RGB", async () => {
  const image = quarters();
  const grey8 = sharp(new Uint8Array(24 * 16).fill(129), { raw: { width: 24, height: 16, channels: 1 } }).toColourspace(
    "b-w",
  );
  const grey16 = sharp(new Uint16Array(24 * 16).fill(0x8000), { raw: { width: 24, height: 16, channels: 1 } });
  const kinds: Record<string, [Uint8Array, number[], number]> = {
    jpeg: [await raw(image).jpeg({ chromaSubsampling: "4:4:4" }).toBuffer(), [250, 10, 10], 12],
    webp: [await raw(image).webp({ lossless: true }).toBuffer(), [250, 10, 10], 0],
    avif: [await raw(image).avif({ lossless: true }).toBuffer(), [250, 10, 10], 3],
    gif: [await raw(image).gif().toBuffer(), [250, 10, 10], 6],
    tiff: [await raw(image).tiff({ compression: "deflate" }).toBuffer(), [250, 10, 10], 0],
    palette: [await raw(image).png({ palette: true, colours: 8 }).toBuffer(), [250, 10, 10], 6],
    grey: [await grey8.png().toBuffer(), [129, 129, 129], 0],
    "grey 16": [await grey16.toColourspace("grey16").png().toBuffer(), [128, 128, 128], 1],
    "rgb 16": [await raw(image).toColourspace("rgb16").png().toBuffer(), [250, 10, 10], 1],
    cmyk: [await raw(image).toColourspace("cmyk").jpeg({ quality: 95 }).toBuffer(), [235, 35, 30], 40],
  };
  for (const [kind, [bytes, colour, tolerance]] of Object.entries(kinds)) {
    const decoded = await decodeImage(bytes, kind);
    assert.deepEqual([decoded.width, decoded.height, decoded.data.length], [24, 16, 24 * 16 * 3], kind);
    assert.equal(decoded.alpha, undefined, kind);
    assert.ok(near(pixel(decoded, 2, 2), colour, tolerance), `${kind}: ${pixel(decoded, 2, 2)}`);
  }
});

test("grey with alpha keeps its alpha", async () => {
  const pixels = Uint8Array.from({ length: 2 * 24 * 16 }, (_, i) => (i % 2 === 0 ? 90 : i % 256));
  const bytes = await sharp(pixels, { raw: { width: 24, height: 16, channels: 2 } })
    .toColourspace("b-w")
    .png()
    .toBuffer();
  const image = await decodeImage(bytes);
  assert.deepEqual(pixel(image, 5, 0), [90, 90, 90]);
  assert.equal(image.alpha?.[5], 11);
});

test("of an animation the first frame is taken", async () => {
  const frames = Buffer.concat([Buffer.alloc(8 * 8 * 3, 255), Buffer.alloc(8 * 8 * 3, 0)]);
  const bytes = await sharp(frames, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } })
    .gif({ delay: [50, 50] })
    .toBuffer();
  assert.equal((await sharp(bytes).metadata()).pages, 2);
  const image = await decodeImage(bytes);
  assert.deepEqual([image.width, image.height, pixel(image, 4, 4)], [8, 8, [255, 255, 255]]);
});

test("a file that is missing, a folder, empty, no picture, a drawing: one sentence each", async () => {
  mkdirSync(inside("album"));
  writeFileSync(inside("empty.png"), "");
  writeFileSync(inside("notes.jpg"), "dear diary, ".repeat(100));
  writeFileSync(inside("drawing.svg"), '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  const cases: [string, RegExp][] = [
    ["gone.png", /gone\.png does not exist\.$/],
    ["empty.png/x.png", /x\.png does not exist\.$/],
    ["album", /album is a folder, not a picture\.$/],
    ["empty.png", /^empty\.png is empty\.$/],
    ["notes.jpg", /^notes\.jpg is not a picture that can be read \(PNG, JPEG, WebP, AVIF, GIF or TIFF\)\.$/],
    ["drawing.svg", /^drawing\.svg is a drawing \(SVG\), .*export it as PNG first\.$/],
  ];
  for (const [name, message] of cases) {
    await assert.rejects(readImage(inside(name)), { name: "VisiiError", code: "input", message });
  }
  await assert.rejects(readImage("/dev/zero"), { code: "input", message: "/dev/zero is not a file." });
});

test("a picture that is cut short is refused", async () => {
  // Noise, so that every part of the file holds pixels.
  let state = 1;
  const noise = Uint8Array.from({ length: 120 * 90 * 3 }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 24;
  });
  const picture = raw({ width: 120, height: 90, data: noise });
  const files = {
    "noise.png": await picture.clone().png().toBuffer(),
    "interlaced.png": await picture.clone().png({ progressive: true }).toBuffer(),
    "noise.jpg": await picture.clone().jpeg().toBuffer(),
    "progressive.jpg": await picture.clone().jpeg({ progressive: true }).toBuffer(),
    "noise.webp": await picture.clone().webp().toBuffer(),
    "noise.gif": await picture.clone().gif().toBuffer(),
    "noise.avif": await picture.clone().avif().toBuffer(),
    "noise.tiff": await picture.clone().tiff().toBuffer(),
  };
  for (const [name, bytes] of Object.entries(files)) {
    assert.equal((await decodeImage(bytes, name)).width, 120);
    for (const share of [0.3, 0.6, 0.95]) {
      // A TIFF keeps its directory at the end: without it nobody can tell what it was.
      const message = name.endsWith(".tiff") ? /^noise\.tiff is / : new RegExp(`^${name} is damaged or cut short\\.$`);
      const cut = bytes.subarray(0, Math.floor(bytes.length * share));
      await assert.rejects(decodeImage(cut, name), { code: "input", message }, `${name} at ${share}`);
    }
  }
});

test("a picture with a flipped byte is refused", async () => {
  const bytes = new Uint8Array(await encodeImage(quarters(200, 200, true), "png"));
  bytes[Math.floor(bytes.length / 2)]! ^= 0xff;
  await assert.rejects(decodeImage(bytes, "flipped.png"), {
    code: "input",
    message: "flipped.png is damaged or cut short.",
  });
});

/** A valid PNG of one colour, of any size, in a few kilobytes. */
function hugePng(width: number, height: number): Uint8Array {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8); // 1 bit, grey
  const rows = deflateSync(Buffer.alloc(height * (1 + Math.ceil(width / 8))), { level: 1 });
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", rows), chunk("IEND", Buffer.alloc(0))]);
}

test("a picture of 30,000 × 30,000 is refused from its header", async () => {
  const bytes = hugePng(30_000, 30_000);
  const before = process.memoryUsage().rss;
  const message = "huge.png is too large: 30,000 × 30,000 pixels (900 megapixels), and the limit is 50 megapixels.";
  const data = { name: "huge.png", width: 30_000, height: 30_000, maxPixels: 50_000_000 };
  await assert.rejects(decodeImage(bytes, "huge.png"), { code: "input", message, data });
  // Decoded it would be 900 MB of grey alone.
  assert.ok(process.memoryUsage().rss - before < 200e6);
  await assert.rejects(decodeImage(hugePng(100, 101), "p", { maxPixels: 10_000 }), { code: "input" });
  assert.equal((await decodeImage(hugePng(100, 100), "p", { maxPixels: 10_000 })).width, 100);
});

test("formats follow the extension; JPEG is laid on white", async () => {
  const image: Image = { width: 16, height: 16, data: new Uint8Array(768), alpha: new Uint8Array(256) };
  await writeImage(inside("clear.JPG"), image);
  await writeImage(inside("clear.webp"), image);
  assert.deepEqual(pixel(await readImage(inside("clear.JPG")), 8, 8), [255, 255, 255]);
  assert.equal((await readImage(inside("clear.webp"))).alpha?.[40], 0);
  await assert.rejects(writeImage(inside("x.bmp"), image), {
    code: "usage",
    message: /x\.bmp: pictures are written as/,
  });
  const lost = { code: "io", message: /Cannot write .*: the folder .* does not exist\.$/ };
  await assert.rejects(writeImage(inside("none/x.png"), image), lost);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith(".tmp")),
    [],
  );
});

test("any size is brought to the model's, and back in register", () => {
  const sizes = [
    [500, 333],
    [300, 210],
    [97, 401],
    [640, 640],
    [129, 127],
    [1, 1],
    [4000, 17],
    [64, 64],
  ] as const;
  for (const [width, height] of sizes) {
    for (const options of [
      { resolution: 512, multiple: 64 },
      { resolution: 128, multiple: 32 },
    ]) {
      const [w, h] = modelSize(width, height, options);
      const label = `${width}×${height} → ${w}×${h}`;
      assert.ok(
        w >= options.multiple && h >= options.multiple && w % options.multiple === 0 && h % options.multiple === 0,
        label,
      );
      assert.ok(w * h <= 2 * options.resolution ** 2, label);
      assert.deepEqual(modelSize(height, width, options), [h, w], label);
    }
  }
  assert.deepEqual(modelSize(512, 512, { resolution: 512, multiple: 64 }), [512, 512]);
  assert.deepEqual(modelSize(500, 333, { resolution: 512, multiple: 64 }), [576, 384]);
  assert.throws(() => modelSize(9, 9, { resolution: 32, multiple: 64 }), { code: "usage" });
  const original = quarters(301, 207, true);
  const fitted = fitToModel(original, { resolution: 256, multiple: 32 });
  assert.deepEqual([fitted.width, fitted.height, fitted.alpha], [288, 192, undefined]);
  const back = restore(fitted, original);
  assert.deepEqual([back.width, back.height, back.alpha], [301, 207, original.alpha]);
  const flat = flatten(original);
  for (const [x, y] of [
    [75, 50],
    [225, 50],
    [75, 150],
    [225, 150],
  ] as const) {
    assert.ok(
      near(pixel(back, x, y), pixel(flat, x, y), 24),
      `(${x}, ${y}): ${pixel(back, x, y)} for ${pixel(flat, x, y)}`,
    );
  }
});
