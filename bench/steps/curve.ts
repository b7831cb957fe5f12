/** Quality over passes, as a picture. */
import { PRESET_NAMES } from "../../src/core/presets.ts";
import type { VariantSummary } from "./results.ts";

const [WIDTH, HEIGHT] = [760, 360];
const [LEFT, RIGHT, TOP, BOTTOM] = [48, 110, 22, 52];
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #57606a; }
  .grid { stroke: #8b949e44; }
  path { fill: none; stroke-width: 2; }
  .mean { stroke: #c2410c; fill: #c2410c; }
  .median { stroke: #2563eb; fill: #2563eb; }
  path.mean, path.median { fill: none; }
  text.mean, text.median { stroke: none; }
  @media (prefers-color-scheme: dark) { text { fill: #9da7b3; } .mean { stroke: #fb923c; } .median { stroke: #60a5fa; } circle.mean, text.mean { fill: #fb923c; } circle.median, text.median { fill: #60a5fa; } }
`;

/**
 * Mean and median error ratio over the passes that learning takes (logarithmic), as an SVG picture that follows the reader's light and dark. Presets are
 * marked by their names.
 */
export function curve(points: readonly VariantSummary[]): string {
  const sorted = points.toSorted((a, b) => a.passes - b.passes);
  const highest = Math.ceil(Math.max(...sorted.map(({ ratio, median }) => Math.max(ratio.mean, median))) * 10) / 10;
  const [first, last] = [sorted[0]!, sorted.at(-1)!];
  const x = (passes: number) => {
    const share = Math.log(passes / first.passes) / Math.log(last.passes / first.passes);
    return Number((LEFT + share * (WIDTH - LEFT - RIGHT)).toFixed(1));
  };
  const y = (ratio: number) => Number((HEIGHT - BOTTOM - (ratio / highest) * (HEIGHT - TOP - BOTTOM)).toFixed(1));

  const rows = Array.from({ length: Math.round(highest * 10) + 1 }, (_, i) => i / 10).map(
    (ratio) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(ratio)}" y2="${y(ratio)}"/><text x="${LEFT - 8}" y="${y(ratio) + 4}" text-anchor="end">${ratio.toFixed(1)}</text>`,
  );
  const columns = sorted.map(
    ({ passes }) =>
      `<text x="${x(passes)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${passes.toLocaleString("en")}</text>`,
  );
  const names = sorted
    .filter(({ variant }) => PRESET_NAMES.some((name) => name === variant))
    .map(
      ({ variant, passes, ratio, median }) =>
        `<text x="${x(passes)}" y="${Math.min(y(ratio.mean), y(median)) - 10}" text-anchor="middle">${variant}</text>`,
    );
  const line = (kind: "mean" | "median", value: (point: VariantSummary) => number) => {
    const path = sorted.map((point, i) => `${i === 0 ? "M" : "L"}${x(point.passes)} ${y(value(point))}`).join("");
    const dots = sorted.map(
      (point) => `<circle class="${kind}" cx="${x(point.passes)}" cy="${y(value(point))}" r="3.5"/>`,
    );
    const label = `<text class="${kind}" x="${WIDTH - RIGHT + 12}" y="${y(value(last)) + 4}">${kind}</text>`;
    return `<path class="${kind}" d="${path}"/>${dots.join("")}${label}`;
  };
  const titles = `<text x="${LEFT}" y="${TOP - 8}">error ratio</text><text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">passes through the UNet</text>`;
  const shapes = [
    ...rows,
    ...columns,
    titles,
    line("mean", ({ ratio }) => ratio.mean),
    line("median", ({ median }) => median),
    ...names,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Error ratio over passes through the UNet"><style>${STYLE}</style>${shapes.join("")}</svg>\n`;
}
