import { aColour, anyColour, type Colour, named } from "../colours.ts";
import { Random } from "../random.ts";
import { area, size } from "../size.ts";
import { anyAngle, slant } from "./angles.ts";
import { define, type Edit } from "./edit.ts";
import { field, lay } from "./filters.ts";

// Flakes and paper scraps lie in the same places in every picture: a pair can show where they are.
function scatter(count: number, key: string): readonly { x: number; y: number; tone: number }[] {
  const random = new Random("scatter", key);
  const steps = Math.ceil(Math.sqrt(count));
  return Array.from({ length: steps * steps }, (_, i) => ({
    x: (((i % steps) + random.range(0.15, 0.85)) / steps) * size,
    y: ((Math.floor(i / steps) + random.range(0.15, 0.85)) / steps) * size,
    tone: random.next(),
  }));
}

function spots(places: readonly { x: number; y: number }[], radius: number): Float32Array {
  const out = new Float32Array(area);
  for (const { x, y } of places) {
    for (let v = Math.max(0, Math.floor(y - radius - 1)); v < Math.min(size, y + radius + 1); v++) {
      for (let u = Math.max(0, Math.floor(x - radius - 1)); u < Math.min(size, x + radius + 1); u++) {
        const cover = Math.min(1, radius + 0.5 - Math.hypot(u + 0.5 - x, v + 0.5 - y));
        out[v * size + u] = Math.max(out[v * size + u]!, cover);
      }
    }
  }
  return out;
}

export const overlayEdits: readonly Edit[] = [
  define<{ colour: Colour; width: number; angle: number; gap: number }>({
    name: "stripes over it",
    family: "overlay",
    sample: (random) => ({
      colour: anyColour(random),
      width: random.range(5, 10),
      angle: anyAngle(random),
      gap: random.range(1.6, 2.6),
    }),
    phrases: ({ colour, angle }) => {
      const way = slant(angle);
      return [`draw ${way} ${colour.name} stripes over it`, `cover it with ${way} ${colour.name} bars`];
    },
    extra: ({ colour }) => `behind ${colour.name} stripes`,
    apply: ({ pixels }, { colour, width, angle, gap }) => {
      const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
      return lay(
        pixels,
        colour.rgb,
        field((x, y) => ((x * dx + y * dy + 100 * width * (1 + gap)) % (width * (1 + gap)) < width ? 1 : 0)),
      );
    },
  }),
  define<{ radius: number; count: number }>({
    name: "snow",
    family: "overlay",
    sample: (random) => ({ radius: random.range(2.6, 4), count: random.int(50, 110) }),
    phrases: () => ["let it snow", "add falling snow", "make it snow"],
    extra: () => "snowing",
    apply: ({ pixels }, { radius, count }) => lay(pixels, [255, 255, 255], spots(scatter(count, "snow"), radius)),
  }),
  define<{ radius: number; colours: readonly Colour[] }>({
    name: "confetti",
    family: "overlay",
    sample: (random) => ({ radius: random.range(4, 5.5), colours: ["red", "yellow", "blue", "green"].map(named) }),
    phrases: () => ["throw confetti over it", "add colourful confetti", "sprinkle coloured dots over it"],
    extra: () => "with confetti",
    apply: ({ pixels }, { radius, colours }) => {
      const places = scatter(49, "confetti");
      return colours.reduce((below, { rgb }, c) => {
        const own = places.filter(({ tone }) => Math.floor(tone * colours.length) === c);
        return lay(below, rgb, spots(own, radius));
      }, pixels);
    },
  }),
  define<{ colour: Colour; radius: number; pitch: number }>({
    name: "dots over it",
    family: "overlay",
    sample: (random) => ({ colour: anyColour(random), radius: random.range(0.26, 0.36), pitch: random.range(14, 34) }),
    phrases: ({ colour, pitch }) => {
      const many = pitch < 23 ? "many" : "a few";
      return [`put ${many} ${colour.name} dots over it`, `cover it with ${many} ${colour.name} dots in rows`];
    },
    extra: ({ colour }) => `behind ${colour.name} dots`,
    apply: ({ pixels }, { colour, radius, pitch }) => {
      const r = pitch * radius;
      return lay(
        pixels,
        colour.rgb,
        field((x, y) => r + 0.5 - Math.hypot((x % pitch) - pitch / 2, (y % pitch) - pitch / 2)),
      );
    },
  }),
  define<{ colour: Colour; rays: number; opacity: number }>({
    name: "sun rays",
    family: "overlay",
    sample: (random) => ({
      colour: anyColour(random, [], ["yellow", "gold", "white", "orange", "cream"]),
      rays: random.pick([8, 10]),
      opacity: random.range(0.55, 0.75),
    }),
    phrases: ({ colour }) => [
      `add ${colour.name} sun rays from the corner`,
      `let ${colour.name} rays shine from the top left`,
    ],
    extra: ({ colour }) => `${colour.name} sun rays`,
    apply: ({ pixels }, { colour, rays, opacity }) =>
      lay(
        pixels,
        colour.rgb,
        field((x, y) => {
          if (Math.hypot(x, y) < 22) return 1;
          return Math.floor((Math.atan2(y, x) / (Math.PI / 2)) * rays * 2) & 1 ? opacity : 0;
        }),
      ),
  }),
  define<{ colour: Colour; height: number }>({
    name: "band",
    family: "overlay",
    sample: (random) => ({ colour: anyColour(random), height: random.int(22, 36) }),
    phrases: ({ colour }) => [
      `put ${aColour(colour)} band along the bottom`,
      `cover the bottom with ${aColour(colour)} strip`,
    ],
    extra: ({ colour }) => `${colour.name} band at the bottom`,
    apply: ({ pixels }, { colour, height }) =>
      lay(
        pixels,
        colour.rgb,
        field((_x, y) => (y > size - height ? 1 : 0)),
      ),
  }),
  define<{ colour: Colour; opacity: number }>({
    name: "fade across",
    family: "overlay",
    sample: (random) => ({ colour: anyColour(random), opacity: random.range(0.85, 1) }),
    phrases: ({ colour }) => [`fade the right side to ${colour.name}`, `let it fade into ${colour.name} on the right`],
    extra: ({ colour }) => `fading to ${colour.name} on the right`,
    apply: ({ pixels }, { colour, opacity }) =>
      lay(
        pixels,
        colour.rgb,
        field((x) => Math.min(opacity, (x / size - 0.3) * 1.5)),
      ),
  }),
];
