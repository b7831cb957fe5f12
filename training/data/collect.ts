/**
 * Makes `pictures/` from unpacked packages, once: `npx tsx training/data/collect.ts FOLDER`, where FOLDER holds Debian's openclipart-png and
 * lomiri-wallpapers-16.04 (dpkg -x), scikit-image 0.18.3's sources and scikit-learn 1.5.2's wheel. Photographs are made smaller, clip art is cut to
 * its outline; `pictures.json` says whose each of them is.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import sharp, { type Sharp } from "sharp";
import type { StoredPicture } from "./pictures.ts";

const from = process.argv[2];
if (!from) throw new Error("usage: npx tsx training/data/collect.ts FOLDER");
const target = join(import.meta.dirname, "pictures");

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
const all = files(from);
const find = (end: string): string => all.find((path) => path.endsWith(end)) ?? missing(end);
function missing(end: string): never {
  throw new Error(`${from}: there is no ${end}`);
}

type Photo = readonly [
  end: string,
  words: string,
  licence: string,
  author: string,
  crop?: readonly [number, number, number, number],
];
const ccBy4 = "CC-BY-4.0";
const wallpapers = "Debian lomiri-wallpapers-16.04 20.04.0-2";
const scikitImage = "PyPI scikit-image 0.18.3";
const scikitLearn = "PyPI scikit-learn 1.5.2";
const photos: readonly (readonly [package_: string, photos: readonly Photo[]])[] = [
  [
    wallpapers,
    [
      ["Picture_0B_by_freespace.jpg", "a fig on a red plate", ccBy4, "Trevor “Freespace”"],
      ["Picture_1A_by_freespace.jpg", "coloured brushes", ccBy4, "Trevor “Freespace”"],
      ["Wine_by_Jakkub_Mede.jpg", "a glass in a room", ccBy4, "Jakub Mede"],
      ["aitzgorri_by_Aitzol_Berasategi.jpg", "mountains behind a meadow", ccBy4, "Aitzol Berasategi"],
      ["friends_by_Aitzol_Berasategi.jpg", "two dogs at a wall", ccBy4, "Aitzol Berasategi"],
      ["life_by_Aitzol_Berasategi.jpg", "a stream in a forest", ccBy4, "Aitzol Berasategi"],
      ["picosdeeuropa_by_Aitzol_Berasategi.jpg", "a path in rocky mountains", ccBy4, "Aitzol Berasategi"],
      ["seeding_by_Clements_Engelhardt.jpg", "dandelions in a meadow", "CC0-1.0", "Clemens Engelhardt"],
      ["sunset_by_Aitzol_Berasategi.jpg", "a sunset over hills", ccBy4, "Aitzol Berasategi"],
      ["umang_by_Abhishek_Mudgal.jpg", "coloured light", ccBy4, "Abhishek Mudgal"],
    ],
  ],
  [
    scikitImage,
    [
      ["data/astronaut.png", "an astronaut", "public domain", "NASA"],
      ["data/chelsea.png", "a cat", "CC0-1.0", "Stefan van der Walt"],
      ["data/coffee.png", "a cup of coffee", "CC0-1.0", "Rachel Michetti"],
      ["data/rocket.jpg", "a rocket at night", "CC0-1.0", "SpaceX"],
      ["data/hubble_deep_field.jpg", "galaxies", "public domain", "NASA"],
      ["data/camera.png", "a man with a camera", "CC0-1.0", "Lav Varshney"],
      ["data/moon.png", "craters of the moon", "public domain", "NASA"],
      ["data/brick.png", "a brick wall", "CC0-1.0", "CC0Textures"],
      ["data/grass.png", "grass", "CC0-1.0", "linolafett"],
      ["data/gravel.png", "gravel", "CC0-1.0", "CC0Textures"],
    ],
  ],
  [
    scikitLearn,
    [
      ["images/china.jpg", "a tower in a park", "CC-BY-2.0", "danielbuechele"],
      ["images/flower.jpg", "an orange dahlia", "CC-BY-2.0", "vultilion"],
    ],
  ],
];

const stored: StoredPicture[] = [];
for (const folder of ["photos", "clipart"]) {
  rmSync(join(target, folder), { recursive: true, force: true });
  mkdirSync(join(target, folder), { recursive: true });
}

for (const [source, list] of photos) {
  for (const [end, words, licence, author] of list) {
    const name = `photos/${basename(end)
      .replace(/\..*$/, "")
      .replace(/_by_.*/, "")
      .toLowerCase()}.webp`;
    const picture = sharp(find(end)).rotate().resize(320, 320, { fit: "outside" }).toColourspace("srgb");
    await picture.webp({ quality: 82 }).toFile(join(target, name));
    stored.push({ file: name, kind: "photo", words, licence, author, source });
  }
}

// What is drawn, by folder; where the file's first word is a thing of its own, that is what it is called.
const folders: Readonly<Record<string, string>> = {
  "animals/birds": "a bird",
  "animals/bugs": "an insect",
  "animals/dinosaurs": "a dinosaur",
  "animals/fish": "a fish",
  "animals/mammals": "an animal",
  animals: "an animal",
  "food/fruit": "a fruit",
  "food/vegetables": "a vegetable",
  "food/desserts": "a dessert",
  "food/beverages": "a drink",
  "food/breads_and_carbs": "bread",
  food: "food",
  "plants/flowers": "a flower",
  "plants/trees": "a tree",
  plants: "a plant",
  buildings: "a building",
  "buildings/homes": "a house",
  "transportation/vehicles": "a vehicle",
  "transportation/boating": "a boat",
  transportation: "a vehicle",
  "recreation/toys": "a toy",
  "recreation/music": "a musical instrument",
  "recreation/sports": "sports things",
  "people/clothing/hats": "a hat",
  tools: "a tool",
  electronics: "a device",
  containers: "a container",
};

const root = "usr/share/openclipart/png/";
const seen = new Set<string>();
for (const path of all) {
  const inside = path.split(root)[1];
  if (!inside?.endsWith(".png")) continue;
  const words = folders[inside.slice(0, inside.lastIndexOf("/"))];
  if (!words || (await readFileSync(path)).length > 60_000) continue;
  const bytes = await readFileSync(path);
  const mark = createHash("sha256").update(bytes).digest("hex");
  if (seen.has(mark)) continue;
  seen.add(mark);
  const cut = await outline(bytes);
  if (!cut) continue;
  const name = `clipart/${basename(path, ".png")}.webp`;
  const webp = await cut.webp({ quality: 72, alphaQuality: 80, effort: 6 }).toBuffer();
  if (webp.length > 5200) continue;
  writeFileSync(join(target, name), webp);
  stored.push({
    file: name,
    kind: "clipart",
    words,
    licence: "public domain",
    author: "Open Clip Art Library (the author is part of the file's name)",
    source: "Debian openclipart-png 1:0.18+dfsg-19",
  });
}
writeFileSync(join(target, "pictures.json"), `${JSON.stringify(stored, null, 1)}\n`);
process.stdout.write(`${stored.length} pictures\n`);

/** The drawing alone, 112 pixels on its longer side; undefined where it is line art, fills its square, or is cut off. */
async function outline(bytes: Buffer): Promise<Sharp | undefined> {
  try {
    const trimmed = await sharp(bytes).ensureAlpha().trim({ background: "#00000000", threshold: 1 }).png().toBuffer();
    const { data, info } = await sharp(trimmed)
      .resize(112, 112, { fit: "inside" })
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (Math.min(info.width, info.height) < 36) return undefined;
    let [opaque, colourful] = [0, 0];
    const corners = [0, info.width - 1, info.width * (info.height - 1), info.width * info.height - 1];
    for (let i = 0; i < info.width * info.height; i++) {
      if (data[i * 4 + 3]! < 128) continue;
      opaque++;
      const rgb = [data[i * 4]!, data[i * 4 + 1]!, data[i * 4 + 2]!];
      if (Math.max(...rgb) - Math.min(...rgb) > 60) colourful++;
    }
    const filled = opaque / (info.width * info.height);
    const square = corners.filter((i) => data[i * 4 + 3]! > 128).length >= 3;
    if (filled < 0.3 || square || colourful / opaque < 0.35) return undefined;
    return sharp(data, { raw: { width: info.width, height: info.height, channels: 4 } });
  } catch {
    return undefined;
  }
}
