import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Image, writeImage } from "../../src/index.ts";

/** A patterned picture that its seed decides. */
export function picture(seed: number, width = 40, height = 40): Image {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3];
    return 128 + 100 * Math.sin((x * (seed % 5) + y * ((seed * 7) % 3) + c * seed) / 9);
  });
  return { width, height, data };
}

/** The same picture with its colours exchanged. */
export function swapped({ width, height, data }: Image): Image {
  return { width, height, data: data.map((_, i) => data[i - (i % 3) + ((i + 1) % 3)]!) };
}

export async function put(root: string, path: string, content: Image | string): Promise<void> {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  if (typeof content === "string") writeFileSync(file, content);
  else await writeImage(file, content);
}

/** A dataset in InstructPix2Pix's layout: `edits` edits of `pairs` pairs each; the first one has an addition. */
export async function writeDataset(root: string, edits: number, pairs: number): Promise<void> {
  for (let edit = 0; edit < edits; edit++) {
    const folder = `${String(edit).padStart(3, "0")}-swap`;
    const prompt = { input: "a cat", edit: "swap the colours", output: "a swapped cat" };
    const addition = edit === 0 ? { with: "darken it", captions: { 0: { input: "a dog", both: "a dark dog" } } } : {};
    await put(root, `${folder}/prompt.json`, JSON.stringify({ ...prompt, ...addition }));
    for (let pair = 0; pair < pairs; pair++) {
      const before = picture(10 * edit + pair + 1);
      await put(root, `${folder}/${pair}_0.png`, before);
      await put(root, `${folder}/${pair}_1.png`, swapped(before));
      if (edit === 0) await put(root, `${folder}/${pair}_2.png`, picture(3));
    }
  }
}
