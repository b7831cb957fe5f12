/** Simple shapes to stamp on a picture. */
import { field } from "./filters.ts";

/** Signed distances in pixels, negative inside; (0, 0) is the middle, 1 the half width. */
const shapes = {
  star: (x: number, y: number) => {
    const turn = (Math.atan2(x, -y) / (2 * Math.PI)) * 5;
    const t = Math.abs(turn - Math.round(turn)) * 2;
    return Math.hypot(x, y) - (1 - 0.55 * t ** 0.8);
  },
  heart: (x: number, y: number) => {
    const v = -y * 1.1 + 0.15;
    const u = x * 1.15;
    return (u * u + v * v - 0.62) ** 3 - u * u * v ** 3 * 1.6;
  },
  sun: (x: number, y: number) => Math.hypot(x, y) - (Math.sin(Math.atan2(y, x) * 10) > 0 ? 0.95 : 0.6),
  moon: (x: number, y: number) => Math.max(Math.hypot(x, y) - 0.9, 0.75 - Math.hypot(x - 0.45, y + 0.1)),
  flower: (x: number, y: number) => Math.hypot(x, y) - (0.68 + 0.28 * Math.cos(Math.atan2(y, x) * 5)),
  drop: (x: number, y: number) => Math.hypot(x * (1 + Math.max(0, -y) * 1.3), y * 0.9 - 0.15) - 0.75,
  cloud: (x: number, y: number) =>
    Math.min(Math.hypot(x, y + 0.1) - 0.5, Math.hypot(x - 0.5, y - 0.15) - 0.38, Math.hypot(x + 0.5, y - 0.15) - 0.36),
  diamond: (x: number, y: number) => Math.abs(x) * 1.2 + Math.abs(y) - 0.95,
  ring: (x: number, y: number) => Math.abs(Math.hypot(x, y) - 0.72) - 0.2,
  cross: (x: number, y: number) =>
    Math.max(Math.min(Math.abs(x), Math.abs(y)) - 0.28, Math.max(Math.abs(x), Math.abs(y)) - 0.9),
} as const;
export type Shape = keyof typeof shapes;
export const shapeNames = Object.keys(shapes) as Shape[];

/** How much of each pixel a shape of half width `radius` at (x, y) covers. */
export function stamp(shape: Shape, x: number, y: number, radius: number): Float32Array {
  return field((u, v) => {
    if (Math.abs(u - x) > radius * 1.3 || Math.abs(v - y) > radius * 1.3) return 0;
    // Four samples a pixel round off the edges.
    let inside = 0;
    for (const [du, dv] of [
      [-0.25, -0.25],
      [0.25, -0.25],
      [-0.25, 0.25],
      [0.25, 0.25],
    ] as const) {
      if (shapes[shape]((u + du - x) / radius, (v + dv - y) / radius) < 0) inside += 0.25;
    }
    return inside;
  });
}
