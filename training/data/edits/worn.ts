/** Things that are put on the object. */
import { aColour, anyColour, type Colour } from "../colours.ts";
import { area, size } from "../size.ts";
import { define, type Edit, type Picture } from "./edit.ts";
import { field, lay } from "./filters.ts";
import { bright, dark } from "./shades.ts";

type Box = { readonly left: number; readonly top: number; readonly width: number; readonly height: number };

/** Where the object is. */
function boxOf({ mask }: Picture): Box {
  let [left, top, right, bottom] = [size, size, 0, 0];
  for (let i = 0; i < area; i++) {
    if (mask[i]! < 128) continue;
    const [x, y] = [i % size, Math.floor(i / size)];
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
  }
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

const inside = (x: number, y: number, at: Box, test: (u: number, v: number) => boolean): number =>
  test((x - at.left) / at.width, (y - at.top) / at.height) ? 1 : 0;

/** The object's box moved or scaled: parts of its width and height. */
const part = (b: Box, left: number, top: number, width: number, height: number): Box => ({
  left: b.left + left * b.width,
  top: b.top + top * b.height,
  width: width * b.width,
  height: height * b.height,
});

/** A box of this size in the middle of the object, its lower edge at a part of the object's height. */
const onTop = (b: Box, down: number, width: number, height: number): Box => ({
  left: b.left + b.width / 2 - width / 2,
  top: Math.max(1, b.top + b.height * down - height),
  width,
  height,
});

export const wornEdits: readonly Edit[] = [
  define<{ colour: Colour; kind: string; size: number }>({
    name: "hat",
    family: "thing",
    needs: "object",
    sample: (random) => ({
      colour: bright(random),
      kind: random.pick(["top hat", "party hat", "cap"]),
      size: random.range(0.75, 1.05),
    }),
    phrases: ({ colour, kind }) => [
      `put ${aColour(colour)} ${kind} on it`,
      `let it wear ${aColour(colour)} ${kind}`,
      "give it a hat",
    ],
    extra: ({ colour, kind }) => `wearing ${aColour(colour)} ${kind}`,
    apply: (picture, { colour, kind, size: scale }) => {
      const b = boxOf(picture);
      const width = Math.max(34, b.width * 0.62) * scale;
      const height = Math.max(30, Math.min(b.height * 0.5, 44)) * scale;
      const hat = onTop(b, 0.2, width, height);
      const body = field((x, y) =>
        inside(x, y, hat, (u, v) =>
          kind === "party hat"
            ? v < 1 && v > 0 && Math.abs(u - 0.5) < 0.5 * v
            : kind === "top hat"
              ? (v > 0 && v < 0.85 && Math.abs(u - 0.5) < 0.31) || (v >= 0.82 && v < 1 && u > 0 && u < 1)
              : (Math.hypot(u - 0.45, (v - 0.85) * 0.8) < 0.42 && v < 0.85) ||
                (v >= 0.75 && v < 0.95 && u > 0.45 && u < 1.08),
        ),
      );
      const band = field((x, y) =>
        inside(x, y, hat, (u, v) =>
          kind === "party hat"
            ? Math.abs(u - 0.5) < 0.5 * v && v < 1 && Math.floor(v * 5) % 2 === 1
            : v > 0.62 && v < 0.76 && Math.abs(u - (kind === "cap" ? 0.45 : 0.5)) < 0.32,
        ),
      );
      return lay(
        lay(picture.pixels, colour.rgb, body),
        kind === "party hat" ? [250, 250, 250] : dark(colour, 0.5),
        band,
      );
    },
  }),
  define<{ colour: Colour; height: number }>({
    name: "sunglasses",
    family: "thing",
    needs: "object",
    sample: (random) => ({
      colour: anyColour(random, [], ["black", "navy", "crimson", "purple", "teal", "dark green", "brown", "magenta"]),
      height: random.range(0.3, 0.4),
    }),
    phrases: ({ colour }) => [
      `put ${colour.name} sunglasses on it`,
      `let it wear ${colour.name} sunglasses`,
      "give it sunglasses",
    ],
    extra: ({ colour }) => `wearing ${colour.name} sunglasses`,
    apply: (picture, { colour, height }) => {
      const at = part(boxOf(picture), 0.14, height - 0.02, 0.72, 0.24);
      const lens = (u: number, v: number, middle: number) =>
        Math.hypot((u - middle) / 0.22, (v - 0.45) / 0.55) < 1 && v > 0.05;
      const rim = field((x, y) =>
        inside(
          x,
          y,
          at,
          (u, v) => lens(u, v, 0.23) || lens(u, v, 0.77) || (Math.abs(v - 0.18) < 0.13 && u > -0.1 && u < 1.1),
        ),
      );
      const glint = field((x, y) =>
        inside(
          x,
          y,
          at,
          (u, v) =>
            Math.hypot((u - 0.18) / 0.06, (v - 0.35) / 0.12) < 1 ||
            Math.hypot((u - 0.72) / 0.06, (v - 0.35) / 0.12) < 1,
        ),
      );
      return lay(lay(picture.pixels, colour.rgb, rim), [235, 240, 245], glint);
    },
  }),
  define<{ colour: Colour; height: number }>({
    name: "bow tie",
    family: "thing",
    needs: "object",
    sample: (random) => ({ colour: bright(random), height: random.range(0.62, 0.78) }),
    phrases: ({ colour }) => [
      `put ${aColour(colour)} bow tie on it`,
      `tie ${aColour(colour)} bow around it`,
      "give it a bow tie",
    ],
    extra: ({ colour }) => `with ${aColour(colour)} bow tie`,
    apply: (picture, { colour, height }) => {
      const at = part(boxOf(picture), 0.22, height - 0.12, 0.56, 0.26);
      const bow = field((x, y) =>
        inside(x, y, at, (u, v) => u > 0 && u < 1 && Math.abs(v - 0.5) < 0.08 + 0.42 * Math.abs(u - 0.5) * 2),
      );
      const knot = field((x, y) => inside(x, y, at, (u, v) => Math.hypot(u - 0.5, (v - 0.5) * 0.5) < 0.12));
      return lay(lay(picture.pixels, colour.rgb, bow), dark(colour, 0.55), knot);
    },
  }),
  define<{ colour: Colour; size: number }>({
    name: "crown",
    family: "thing",
    needs: "object",
    sample: (random) => ({
      colour: anyColour(random, [], ["gold", "silver", "yellow", "red", "sky blue", "pink", "white"]),
      size: random.range(0.8, 1.1),
    }),
    phrases: ({ colour }) => [`put ${aColour(colour)} crown on it`, `crown it in ${colour.name}`, "give it a crown"],
    extra: ({ colour }) => `with ${aColour(colour)} crown`,
    apply: (picture, { colour, size: scale }) => {
      const b = boxOf(picture);
      const width = Math.max(36, b.width * 0.6) * scale;
      const height = Math.max(24, Math.min(b.height * 0.34, 34)) * scale;
      const at = onTop(b, 0.16, width, height);
      const body = field((x, y) =>
        inside(x, y, at, (u, v) => u > 0 && u < 1 && v < 1 && v > 0.6 * Math.abs(((u * 3) % 1) - 0.5) * -2 + 0.62),
      );
      const gems = field((x, y) =>
        inside(x, y, at, (u, v) => Math.hypot((((u * 3) % 1) - 0.5) / 3, (v - 0.78) * 0.6) < 0.06 && u > 0 && u < 1),
      );
      return lay(lay(picture.pixels, colour.rgb, body), [200, 30, 60], gems);
    },
  }),
];
