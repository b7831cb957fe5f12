/** Edits of a part of the picture only: any edit, in a region that is a family of its own. */
import { codeOf } from "../codes.ts";
import type { Random } from "../random.ts";
import { size } from "../size.ts";
import { anyAngle, towards } from "./angles.ts";
import { define, type Edit, type Params, type Picture } from "./edit.ts";
import { alpha, field, lay } from "./filters.ts";

type Region<P extends Params> = {
  readonly name: string;
  readonly needsObject: boolean;
  sample(random: Random): P;
  /** "only on the left" */
  words(params: P): string;
  cover(picture: Picture, params: P): Float32Array;
};

const region = <P extends Params>(each: Region<P>): Region<Params> => each as unknown as Region<Params>;

export const regions: readonly Region<Params>[] = [
  region<{ angle: number; shift: number }>({
    name: "side",
    needsObject: false,
    sample: (random) => ({ angle: anyAngle(random), shift: random.range(-14, 14) }),
    words: ({ angle }) => `only in the ${towards(angle)} half`,
    cover: (_, { angle, shift }) =>
      field((x, y) => (x - size / 2) * Math.cos(angle) + (y - size / 2) * Math.sin(angle) - shift + 0.5),
  }),
  region<{ x: number; y: number; radius: number }>({
    name: "circle",
    needsObject: false,
    sample: (random) => ({ x: random.range(44, 84), y: random.range(44, 84), radius: random.range(32, 52) }),
    words: () => "only inside a circle",
    cover: (_, { x, y, radius }) => field((u, v) => radius + 0.5 - Math.hypot(u - x, v - y)),
  }),
  region<{ radius: number }>({
    name: "rim",
    needsObject: false,
    sample: (random) => ({ radius: random.range(34, 52) }),
    words: () => "only outside a circle",
    cover: (_, { radius }) => field((u, v) => Math.hypot(u - size / 2, v - size / 2) - radius + 0.5),
  }),
  region<{ angle: number; shift: number; width: number }>({
    name: "band",
    needsObject: false,
    sample: (random) => ({ angle: anyAngle(random), shift: random.range(-20, 20), width: random.range(20, 38) }),
    words: () => "only in a band across",
    cover: (_, { angle, shift, width }) =>
      field(
        (x, y) => width - Math.abs((x - size / 2) * Math.cos(angle) + (y - size / 2) * Math.sin(angle) - shift) + 0.5,
      ),
  }),
  region<Record<string, never>>({
    name: "object",
    needsObject: true,
    sample: () => ({}),
    words: () => "only on the object",
    cover: ({ mask }) => alpha(mask),
  }),
  region<Record<string, never>>({
    name: "background",
    needsObject: true,
    sample: () => ({}),
    words: () => "only behind the object",
    cover: ({ mask }) => alpha(mask).map((v) => 1 - v),
  }),
  region<{ pitch: number; angle: number }>({
    name: "strips",
    needsObject: false,
    sample: (random) => ({ pitch: random.range(26, 44), angle: anyAngle(random) }),
    words: () => "only in every second strip",
    cover: (_, { pitch, angle }) =>
      field((x, y) => ((x * Math.cos(angle) + y * Math.sin(angle) + 40 * pitch) % pitch < pitch / 2 ? 1 : 0)),
  }),
];

/** `inner`, in such a region of the picture alone. */
export function localEdit(inner: Edit, where: Region<Params>): Edit {
  return define<{ region: Params; inner: Params }>({
    name: `${inner.name}, ${where.name}`,
    family: "local",
    ...((where.needsObject || inner.needs) && { needs: "object" }),
    sample: (random) => ({ region: where.sample(random), inner: inner.sample(random) }),
    phrases: (params) => inner.phrases(params.inner).map((phrase) => `${phrase}, ${where.words(params.region)}`),
    extra: (params) => `${inner.extra?.(params.inner) ?? inner.name} ${where.words(params.region)}`,
    apply: (picture, params) =>
      lay(picture.pixels, inner.apply(picture, params.inner), where.cover(picture, params.region)),
    codes: (params) => [codeOf(`in ${where.name}`, params.region), codeOf(inner.name, params.inner)],
    nearestWords: (params) => inner.phrases(params.inner)[0]!,
  });
}
