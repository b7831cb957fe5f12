import { type Image, writeImage } from "../../src/index.ts";

type Colour = readonly [number, number, number];

const [PAPER, TEAL, RED]: readonly Colour[] = [
  [230, 240, 250],
  [20, 140, 140],
  [200, 60, 40],
];

/** A disc on a plain background. */
export function disc(width: number, height: number, background: Colour): Image {
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    const inside = Math.hypot((i % width) - width / 2, Math.floor(i / width) - height / 2) < height / 3;
    data.set(inside ? RED! : background, 3 * i);
  }
  return { width, height, data };
}

/** A pair that turns the background teal, and two further pictures, as learning folders have them. */
export async function writeExamples(folder: string): Promise<void> {
  await writeImage(`${folder}/0_0.png`, disc(64, 48, PAPER!));
  await writeImage(`${folder}/0_1.png`, disc(64, 48, TEAL!));
  await writeImage(`${folder}/1_0.png`, disc(50, 70, PAPER!));
  await writeImage(`${folder}/2_0.png`, disc(40, 40, [250, 220, 230]));
}
