import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { encodeCard } from "../../src/core/card.ts";
import { SOFTWARE } from "../../src/core/version.ts";
import { isVisiiError } from "../../src/errors.ts";
import { layoutCard } from "../../src/image/card.ts";
import { inter } from "../../src/image/node/lettering.ts";
import { crc32, readPngText } from "../../src/image/png-text.ts";
import {
  cardPictures,
  decodeCard,
  decodeImage,
  encodeImage,
  type Image,
  Instruction,
  isCard,
  makeCard,
} from "../../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "visii-card-"));
after(() => rmSync(folder, { recursive: true }));

/** An instruction of a full-size model's shape, its numbers as dense as learned ones. */
const promptEmbeds = {
  data: Float32Array.from({ length: 77 * 768 }, (_, i) => Math.sin(i * 1.7) * Math.cos(i * 0.013)),
  tokens: 77,
  width: 768,
  span: { start: 1, end: 11 },
};
const model = { name: "timbrooks/instruct-pix2pix", version: "", hash: "a".repeat(64), clipHash: "" };
const instruction = new Instruction(promptEmbeds, {
  model,
  prompt: "make it snow",
  settings: { steps: 1 },
  seed: 7,
  losses: [0.5],
  checkpoints: [[1, 0.4]],
  software: SOFTWARE,
}).toBytes();

function plain(width: number, height: number, colour: readonly [number, number, number]): Image {
  return { width, height, data: Uint8Array.from({ length: 3 * width * height }, (_, i) => colour[i % 3]!) };
}
const pair = { before: plain(64, 48, [20, 120, 220]), after: plain(64, 48, [220, 90, 20]) };
const card = await makeCard(instruction, { name: "Schnee ❄ 雪", ...pair });

/** The chunks of a PNG, made anew by `change`; check sums are right again afterwards. */
function rewritten(
  png: Uint8Array,
  change: (type: string, data: Buffer) => [type: string, data: Uint8Array] | undefined,
) {
  const bytes = Buffer.from(png);
  const parts = [bytes.subarray(0, 8)];
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const kept = change(bytes.toString("latin1", at + 4, at + 8), bytes.subarray(at + 8, at + 8 + length));
    if (kept) {
      const body = Buffer.concat([Buffer.from(kept[0]), kept[1]]);
      const [size, check] = [Buffer.alloc(4), Buffer.alloc(4)];
      size.writeUInt32BE(kept[1].length);
      check.writeUInt32BE(crc32(body));
      parts.push(size, body, check);
    }
    at += 12 + length;
  }
  return new Uint8Array(Buffer.concat(parts));
}

const same = (bytes: Uint8Array) => Buffer.from(bytes).equals(instruction);
const KEYWORD = Buffer.from("visii.instruction\0");

test("a card carries its instruction byte for byte, its name and its pictures, and is read like the file", async () => {
  const decoded = await decodeCard(card, "card.png");
  assert.ok(same(decoded.instruction));
  assert.equal(decoded.name, "Schnee ❄ 雪");
  assert.ok(isCard(card));
  assert.ok(card.length < 1.6 * instruction.length, "base64 adds a third, the picture little");
  writeFileSync(join(folder, "card.png"), card);
  const loaded = await Instruction.load(join(folder, "card.png"));
  assert.ok(same(loaded.toBytes()));
  assert.equal(loaded.provenance.prompt, "make it snow");
  const shown = (await cardPictures(card, "card.png"))!;
  for (const which of ["before", "after"] as const) {
    const { width, height, data } = shown[which];
    assert.equal(width / height, 64 / 48);
    const middle = 3 * (width * (height >> 1) + (width >> 1));
    assert.deepEqual([...data.subarray(middle, middle + 3)], [...pair[which].data.subarray(0, 3)]);
  }
  const anew = (pictures: typeof pair) => makeCard(instruction, { name: "Schnee ❄ 雪", ...pictures });
  assert.ok(Buffer.from(card).equals(await anew(pair)), "the same again");
  const [one, two] = [await decodeImage(card), await decodeImage(await anew(shown))];
  const apart = Array.from(one.data, (value, i) => Math.abs(value - two.data[i]!)).reduce((a, b) => Math.max(a, b), 0);
  assert.ok(apart <= 60, `a card of a card looks the same, but at the rim of its round corners: ${apart}`);
});

test("it survives programs that keep texts: saved anew, compressed, in another order", async () => {
  const anew = new Uint8Array(await sharp(card).keepMetadata().resize(300).png({ palette: true }).toBuffer());
  assert.ok(same((await decodeCard(anew, "anew.png")).instruction));
  assert.equal(await cardPictures(anew, "anew.png"), undefined, "its pictures don't stand there any more");

  const compress = (data: Buffer) => deflateSync(data.subarray(KEYWORD.length));
  const zipped = rewritten(card, (type, data) =>
    type === "tEXt" && data.subarray(0, KEYWORD.length).equals(KEYWORD)
      ? ["zTXt", Buffer.concat([KEYWORD, Buffer.of(0), compress(data)])]
      : [type, data],
  );
  assert.ok(same((await decodeCard(zipped, "zipped.png")).instruction));
  const international = rewritten(card, (type, data) =>
    type === "tEXt" && data.subarray(0, KEYWORD.length).equals(KEYWORD)
      ? ["iTXt", Buffer.concat([KEYWORD, Buffer.of(1, 0, 0, 0), compress(data)])]
      : [type, data],
  );
  assert.ok(same((await decodeCard(international, "international.png")).instruction));
});

test("a card that is cut, damaged or foreign is refused in one sentence", async () => {
  const refuses = async (bytes: Uint8Array, message: RegExp) => {
    const error = await Instruction.parse(bytes, "x.png").then(
      () => assert.fail("it was taken"),
      (reason: unknown) => reason,
    );
    assert.ok(isVisiiError(error, "instruction"), String(error));
    assert.match(error.message, message);
    assert.match(error.message, /^x\.png: [^\n]+[^.]\.$/);
    assert.doesNotMatch(error.message, /\. [A-Z]/, "one sentence");
  };
  for (const share of [0.01, 0.3, 0.9, 0.99]) {
    await refuses(card.subarray(0, Math.floor(share * card.length)), /cut short/);
  }
  await refuses(card.subarray(0, card.length - 1), /cut short/);
  const at = Buffer.from(card).indexOf(KEYWORD) + 1000;
  await refuses(
    Uint8Array.from(card, (byte, i) => (i === at ? byte ^ 1 : byte)),
    /damaged/,
  );
  const inside = (text: string) =>
    rewritten(card, (type, data) =>
      data.subarray(0, KEYWORD.length).equals(KEYWORD)
        ? [type, Buffer.concat([KEYWORD, Buffer.from(text)])]
        : [type, data],
    );
  await refuses(inside("not base64!"), /damaged/);
  await refuses(inside(btoa("something else")), /not an instruction file/);
  await refuses(
    inside(btoa(String.fromCharCode(...instruction.subarray(0, 5000)))),
    /not an instruction file .*(?:truncated|end)/,
  );
  const bomb = rewritten(card, (type, data) =>
    data.subarray(0, KEYWORD.length).equals(KEYWORD)
      ? ["zTXt", Buffer.concat([KEYWORD, Buffer.of(0), deflateSync(Buffer.alloc(50_000_000, 65))])]
      : [type, data],
  );
  await refuses(bomb, /damaged/);
  const photo = await encodeImage(pair.before, "png", { text: { visii: "{}" } });
  await refuses(photo, /no instruction in this picture.*saved it anew/);
  await refuses(new Uint8Array(await sharp(card).png().toBuffer()), /saved it anew without/);
  await refuses(new Uint8Array(await sharp(card).jpeg().toBuffer()), /no PNG file.*ask for the original/);
  await refuses(new TextEncoder().encode("words"), /not an instruction file/);
});

test("what a card says beside its instruction is not trusted", async () => {
  const drawn = await encodeImage(pair.before, "png");
  const frame = { left: 0, top: 0, width: 8, height: 8 };
  const frames = { before: frame, after: { ...frame, left: 60 } }; // 4 pixels too far
  const far = await decodeCard(encodeCard(drawn, { instruction, name: "a\n\u0007b", frames }), "far.png");
  assert.deepEqual([far.name, far.frames], ["a b", undefined]);
  const odd = rewritten(card, (type, data) =>
    data.subarray(0, 6).toString("latin1") === "visii\0" ? [type, Buffer.from("visii\0[oh no")] : [type, data],
  );
  const decoded = await decodeCard(odd, "odd.png");
  assert.deepEqual([decoded.name, decoded.instruction.length], ["", instruction.length]);
});

test("a picture that is no card is none, and neither is the strip of a run", async () => {
  assert.equal(isCard(await encodeImage(pair.before, "png", { text: { visii: '{"command":"learn"}' } })), false);
  assert.equal(isCard(instruction), false);
  assert.equal(isCard(new Uint8Array()), false);
  assert.equal(JSON.parse(readPngText(card).visii!).command, "card");
});

test("every name and shape of pictures finds room", () => {
  const shapes: [number, number][] = [
    [64, 64],
    [30, 400],
    [400, 30],
    [1, 1],
  ];
  const names = ["", "snow", "winter ".repeat(60), "w".repeat(300)];
  for (const [width, height] of shapes) {
    for (const name of names) {
      const pictures = { before: plain(width, height, [0, 0, 0]), after: plain(height, width, [9, 9, 9]) };
      const layout = layoutCard({ name, note: "made with visii · ".repeat(name.length), ...pictures }, inter);
      const [before, after] = layout.tiles;
      assert.ok(before!.left >= 40 && before!.left + before!.width < after!.left);
      for (const { left, top, width: w, height: h } of layout.tiles) {
        assert.ok(left + w <= layout.width - 40 && top >= 40 && top + h < layout.height - 80);
      }
      assert.ok(layout.height < 800, "a name takes two lines at most");
    }
  }
});
