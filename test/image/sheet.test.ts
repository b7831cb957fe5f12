import assert from "node:assert/strict";
import { test } from "node:test";
import { inter } from "../../src/image/node/lettering.ts";
import { renderSheet } from "../../src/image/node.ts";
import { cutOff, wrap } from "../../src/image/paper.ts";
import type { Image } from "../../src/image/pixels.ts";
import type { Sheet } from "../../src/image/sheet.ts";
import { layoutSheet } from "../../src/image/sheet.ts";

type Colour = readonly [number, number, number];

function plain(width: number, height: number, colour: Colour): Image {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = colour[i % 3]!;
  return { width, height, data };
}

const RED = plain(32, 32, [200, 20, 20]);
const BLUE = plain(40, 20, [20, 20, 200]);
const PAPER: Colour = [0xf8, 0xf5, 0xef];
const sheet: Sheet = {
  title: "Make it blue",
  subtitle: "seed 7",
  columns: ["before", "after", "truth"],
  rows: [
    { label: "seen", images: [RED, BLUE, BLUE] },
    { label: "never seen", images: [RED, undefined, BLUE] },
  ],
  cell: 64,
};
const at = ({ width, data }: Image, x: number, y: number) => [
  ...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
];

test("each picture stands on its tile, on paper, with round corners", async () => {
  const { tiles, width, height } = layoutSheet(sheet, inter);
  const image = await renderSheet(sheet);
  assert.deepEqual([image.width, image.height, image.data.length], [width, height, width * height * 3]);
  assert.equal(tiles.length, 5);
  for (const [i, tile] of tiles.entries()) {
    const middle = at(image, tile.left + (tile.width >> 1), tile.top + (tile.height >> 1));
    assert.deepEqual(middle, [...tile.image.data.subarray(0, 3)], `tile ${i}`);
    assert.notDeepEqual(at(image, tile.left, tile.top), middle, `tile ${i} has a round corner`);
  }
  for (const [x, y] of [
    [0, 0],
    [width - 1, 0],
    [0, height - 1],
    [width - 1, height - 1],
  ] as const) {
    assert.deepEqual(at(image, x, y), [...PAPER]);
  }
});

test("pictures keep their aspect and do not overlap", () => {
  const { tiles, width, height } = layoutSheet(sheet, inter);
  for (const tile of tiles) {
    assert.equal(Math.max(tile.width, tile.height), 64);
    assert.equal(tile.width * tile.image.height, tile.height * tile.image.width);
    assert.ok(tile.left > 0 && tile.top > 0 && tile.left + tile.width < width && tile.top + tile.height < height);
    for (const other of tiles) {
      if (other === tile) continue;
      const apart =
        tile.left + tile.width <= other.left ||
        other.left + other.width <= tile.left ||
        tile.top + tile.height <= other.top ||
        other.top + other.height <= tile.top;
      assert.ok(apart);
    }
  }
});

test("an arrow stands between two pictures, not before a hole", () => {
  const strokes = (one: Sheet) => layoutSheet(one, inter).svg.match(/stroke-linecap/g)?.length ?? 0;
  assert.equal(strokes(sheet), 1);
  assert.equal(strokes({ ...sheet, arrows: [] }), 0);
  assert.equal(strokes({ ...sheet, arrows: [0, 1] }), 2);
});

test("words are outlines: no text element, ink where the title is, and the same pixels again", async () => {
  const { svg } = layoutSheet(sheet, inter);
  assert.doesNotMatch(svg, /<text|font-family/);
  const [one, two, untitled] = await Promise.all([sheet, sheet, { ...sheet, title: "" }].map(renderSheet));
  assert.deepEqual(one, two);
  assert.ok(one!.height > untitled!.height);
  const dark = (image: Image) => image.data.filter((value) => value < 80).length;
  assert.ok(dark(one!) > dark(untitled!));
});

test("letters of several scripts have outlines, kerned", () => {
  for (const text of ["Ölgemälde", "Żółw", "Пример", "Ελληνικά", "nghệ thuật"]) {
    for (const character of text) {
      const outline = inter.path(character, 0, 0, 20, "regular");
      assert.ok(character === " " || outline !== inter.path("雪", 0, 0, 20, "regular"), `${character} has no letter`);
    }
    assert.ok(inter.width(text, 20, "semibold") > 20);
  }
  const alone = inter.width("A", 20, "regular") + inter.width("V", 20, "regular");
  assert.ok(inter.width("AV", 20, "regular") < alone);
  assert.equal(inter.width("wide", 40, "regular"), 2 * inter.width("wide", 20, "regular"));
});

test("long labels wrap between words, and a word without end is shortened", () => {
  const byLetters = (line: string) => line.length;
  assert.deepEqual(wrap("make it look like winter", 10, byLetters), ["make it", "look like", "winter"]);
  assert.deepEqual(wrap("aaaaaaaaaaaaaaaaaaaa b", 8, byLetters), ["aaaaaaa…", "b"]);
  assert.deepEqual(wrap("  ", 8, byLetters), []);
  assert.equal(cutOff("make it look like winter", 9, byLetters), "make it…");
});

test("a sheet without pictures or with a nonsense cell is refused", async () => {
  await assert.rejects(renderSheet({ ...sheet, rows: [] }), { code: "usage", message: /at least one picture/ });
  await assert.rejects(renderSheet({ ...sheet, cell: Number.NaN }), { code: "usage", message: /at least 16 pixels/ });
});
