import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sources } from "../../training/data/concepts.ts";
import { licences, permitted } from "../../training/data/licences.ts";
import { type StoredPicture, storedPictures } from "../../training/data/pictures.ts";

const root = join(import.meta.dirname, "..", "..");
const data = join(root, "training", "data");
const sheet = readFileSync(join(data, "SOURCES.md"), "utf8");
const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  devDependencies: Record<string, string>;
};

// Where a package says its drawings' licence: Iconify's in info.json, DiceBear's at the top of LICENSE, else in package.json.
function licenceOf(name: string): string {
  const folder = join(root, "node_modules", name);
  const text = (file: string) => readFileSync(join(folder, file), "utf8");
  if (name.startsWith("@iconify-json/"))
    return (JSON.parse(text("info.json")) as { license: { spdx: string } }).license.spdx;
  if (name.startsWith("@dicebear/")) {
    const [, found] = /^License: ((?:CC0|CC BY) [\d.]+)/m.exec(text("LICENSE")) ?? [];
    return found!.replace("CC BY", "CC-BY").replace(" ", "-");
  }
  return (JSON.parse(text("package.json")) as { license: string }).license;
}

for (const source of sources) {
  test(`licence of ${source}`, () => {
    const { set, package: name, licence, attribution } = licences[source];
    assert.ok(permitted.includes(licence), licence);
    const row = sheet.split("\n").find((line) => line.startsWith(`| ${set} `));
    assert.ok(row, `SOURCES.md has no row "${set}"`);
    for (const part of [name, licence, attribution]) assert.ok(row.includes(part), `${part} in: ${row}`);
    if (!name.startsWith("@")) return;
    assert.ok(row.includes(` ${devDependencies[name]} `), `${name} is installed as ${devDependencies[name]}`);
    assert.equal(licenceOf(name), licence);
  });
}

test("every stored picture is attributed, and every attributed one is stored", () => {
  const kinds: readonly StoredPicture["kind"][] = ["photo", "clipart"];
  const all = kinds.flatMap((kind) => storedPictures(kind));
  for (const { file, words, licence, author, source } of all) {
    assert.ok(permitted.includes(licence), `${file}: ${licence}`);
    for (const text of [words, author, source]) assert.ok(text.length > 2, file);
  }
  const files = ["photos", "clipart"].flatMap((folder) =>
    readdirSync(join(data, "pictures", folder)).map((file) => `${folder}/${file}`),
  );
  assert.deepEqual(all.map(({ file }) => file).toSorted(), files.toSorted());
  for (const { file, words, licence, author } of storedPictures("photo")) {
    const row = sheet
      .split("\n")
      .find((line) => line.startsWith(`| ${file.replace(/^photos\/|\.webp$/g, "")}: ${words} |`));
    assert.ok(row?.includes(licence) && row.includes(author), `${file} in SOURCES.md`);
  }
});
