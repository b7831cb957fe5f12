import type { Random } from "../random.ts";

/** A direction in radians, 0 to 2π; half of them exactly to a side or a corner. */
export function anyAngle(random: Random): number {
  return random.chance(0.5) ? Number(((random.int(0, 7) * Math.PI) / 4).toFixed(3)) : random.range(0, 2 * Math.PI);
}

const sides = ["right", "bottom right", "bottom", "bottom left", "left", "top left", "top", "top right"] as const;

/** Where the direction points: "top left". */
export function towards(angle: number): string {
  return sides[Math.round(angle / (Math.PI / 4)) % 8]!;
}

/** The slope of stripes across which `angle` points. */
export function slant(angle: number): "vertical" | "horizontal" | "diagonal" {
  const turn = ((angle % Math.PI) + Math.PI) % Math.PI;
  if (Math.min(turn, Math.PI - turn) < 0.3) return "vertical";
  return Math.abs(turn - Math.PI / 2) < 0.3 ? "horizontal" : "diagonal";
}
