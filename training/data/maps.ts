/** Invented towns from above, drawn as a road map or as if photographed from the air: street by street the same. */
import type { Rgb } from "./colours.ts";
import { clouds } from "./noise.ts";
import { Random } from "./random.ts";
import { area, size } from "./size.ts";

export const mapStyles = ["roadmap", "aerial"] as const;
export type MapStyle = (typeof mapStyles)[number];

const ROAD = 1;
const LANE = 2;
const HOUSE = 3;
const PARK = 4;
const WATER = 5;

function layout(seed: number): Uint8Array {
  const random = new Random("map", seed);
  const kinds = new Uint8Array(area);
  const turn = random.range(-0.5, 0.5);
  const [dx, dy] = [Math.cos(turn), Math.sin(turn)];
  const [blockX, blockY] = [random.range(24, 42), random.range(24, 42)];
  const [offX, offY] = [random.range(0, 40), random.range(0, 40)];
  const [wide, narrow] = [random.range(3.4, 5), random.range(1.6, 2.4)];
  const parks = new Random("parks", seed);
  const green = Array.from({ length: 400 }, () => parks.next());
  const river = random.chance(0.6);
  const [riverAt, bend, riverWidth, across] = [
    random.range(20, 108),
    random.range(6, 18),
    random.range(6, 13),
    random.chance(0.5),
  ];
  for (let at = 0; at < area; at++) {
    const [x, y] = [(at % size) + 0.5, Math.floor(at / size) + 0.5];
    const [u, v] = [x * dx + y * dy + offX + 200, y * dx - x * dy + offY + 200];
    const [i, j] = [Math.floor(u / blockX), Math.floor(v / blockY)];
    const [p, q] = [u - i * blockX, v - j * blockY];
    const share = green[(i * 17 + j * 31) % 400]!;
    const [halfX, halfY] = [i % 3 === 0 ? wide : narrow, j % 3 === 0 ? wide : narrow];
    const main = (p < halfX && i % 3 === 0) || (q < halfY && j % 3 === 0);
    if (main) kinds[at] = ROAD;
    else if (p < halfX || q < halfY) kinds[at] = LANE;
    else if (share < 0.2) kinds[at] = PARK;
    else {
      const [hx, hy] = [((p - halfX) % 11) - 5.5, ((q - halfY) % 12) - 6];
      if (Math.abs(hx) < 3.6 && Math.abs(hy) < 3.9 && p < blockX - 3 && q < blockY - 3) kinds[at] = HOUSE;
    }
    const along = across ? x : y;
    const middle = riverAt + Math.sin(along / 21) * bend;
    if (river && Math.abs((across ? y : x) - middle) < riverWidth && kinds[at] !== ROAD) kinds[at] = WATER;
  }
  return kinds;
}

const roadmap: readonly Rgb[] = [
  [240, 238, 230],
  [252, 214, 112],
  [255, 255, 255],
  [216, 212, 204],
  [186, 224, 172],
  [160, 204, 240],
];

/** [128, 128, 3]; a pure function of its arguments. */
export function paintMap(style: MapStyle, seed: number): Uint8Array {
  const kinds = layout(seed);
  const random = new Random("map colours", seed);
  const roof: Rgb = random.pick([
    [150, 84, 66],
    [120, 110, 108],
    [168, 120, 92],
  ] as const);
  const aerial: readonly Rgb[] = [[112, 122, 84], [96, 98, 100], [120, 122, 122], roof, [52, 88, 46], [38, 62, 76]];
  const grain = clouds(9, "aerial", seed);
  const out = new Uint8ClampedArray(area * 3);
  for (let at = 0; at < area; at++) {
    const kind = kinds[at]!;
    const above = at >= size + 1 ? kinds[at - size - 1] : kind;
    const shadow = style === "aerial" && kind !== HOUSE && above === HOUSE ? 0.55 : 1;
    const rough = style === "aerial" ? (grain[at]! - 0.5) * (kind === ROAD || kind === LANE ? 18 : 52) : 0;
    for (let c = 0; c < 3; c++) out[at * 3 + c] = (style === "aerial" ? aerial : roadmap)[kind]![c]! * shadow + rough;
  }
  return new Uint8Array(out.buffer);
}
