import { encodeImage } from "../../image/node.ts";
import { flatten, type Image } from "../../image/pixels.ts";
import { resize } from "../../image/resize.ts";
import type { Case } from "../cases.ts";
import type { SampledEdit } from "../dataset/index.ts";
import { isHybrid, OURS, type Row } from "../rows.ts";
import { show } from "../run.ts";
import type { Store } from "../store.ts";

/** A picture with what stands below it. */
export interface Shown {
  readonly label: string;
  /** Its error ratio. */
  readonly score?: number;
  /** A data: URI. */
  readonly source: string;
}

export interface GalleryCase {
  readonly title: string;
  readonly subtitle: string;
  readonly given: readonly Shown[];
  readonly results: readonly Shown[];
}

/** Longest side of a picture in the report, in pixels, and its quality as WebP. */
const [SIDE, QUALITY] = [192, 82];

/** Cases of each kind: best, median, worst. */
const EACH = 2;

/** The best, the median and the worst test pictures, each of another edit, by the error ratio of the paper's method, or of the first row that is no control. */
export async function makeGallery(
  cases: readonly Case[],
  rows: readonly Row[],
  edits: readonly SampledEdit[],
  store: Store,
): Promise<GalleryCase[]> {
  const main = cases.filter(({ example, seed }) => example === 0 && seed === 0);
  const models = rows.filter(({ method }) => !["copy", "paste", "colours", "truth", "floor"].includes(method.kind));
  const judged = (models.find(({ name }) => name === OURS) ?? models.find((row) => !isHybrid(row)) ?? rows[0])?.name;
  const ranked = main
    .filter(({ row, metrics }) => row === judged && metrics.ratio !== null)
    .toSorted((a, b) => a.metrics.ratio! - b.metrics.ratio! || (a.edit < b.edit ? -1 : 1));
  const chosen = pick(ranked);
  const gallery: GalleryCase[] = [];
  for (const { kind, of } of chosen) {
    const edit = edits.find(({ id }) => id === of.edit)!;
    const { examples, tests } = await show(edit);
    const test = tests[of.test]!;
    const picture = async (label: string, image: Image, score?: number | null): Promise<Shown> => ({
      label,
      source: await dataUri(image),
      ...(typeof score === "number" && { score }),
    });
    const own = main.filter((each) => each.edit === of.edit && each.test === of.test);
    const results = rows.flatMap(({ name }) => own.find(({ row }) => row === name) ?? []);
    gallery.push({
      title: `${kind}: ${edit.instruction ?? edit.id}`,
      subtitle: `${edit.id}, test picture ${of.test + 1}${edit.addition ? `; addition: ${edit.addition}` : ""}`,
      given: await Promise.all([
        picture("example, before", examples[0]!.before),
        picture("example, after", examples[0]!.after),
        picture("input", test.before),
        picture("truth", test.after),
        ...(test.both ? [picture("truth with the addition", test.both)] : []),
      ]),
      results: await Promise.all(
        results.map(async (each) => picture(each.row, await store.picture(each), each.metrics.ratio)),
      ),
    });
  }
  return gallery;
}

/** From a ranking: from its ends and its middle, no edit twice. The best come first, the worst last. */
function pick(ranked: readonly Case[]): { readonly kind: string; readonly of: Case }[] {
  const seen = new Set<string>();
  const first = (kind: string, order: readonly Case[]) => {
    const found: { kind: string; of: Case }[] = [];
    for (const each of order) {
      if (found.length === EACH || seen.has(each.edit)) continue;
      seen.add(each.edit);
      found.push({ kind, of: each });
    }
    return found;
  };
  const [best, worst] = [first("Best", ranked), first("Worst", ranked.toReversed())];
  const middle = (ranked.length - 1) / 2;
  const distance = (each: Case) => Math.abs(ranked.indexOf(each) - middle);
  const medians = first(
    "Median",
    ranked.toSorted((a, b) => distance(a) - distance(b)),
  );
  return [...best, ...medians, ...worst.toReversed()];
}

async function dataUri(image: Image): Promise<string> {
  const shrink = Math.min(1, SIDE / Math.max(image.width, image.height));
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * shrink)));
  const small = shrink < 1 ? resize(flatten(image), width!, height!, "lanczos") : image;
  return `data:image/webp;base64,${Buffer.from(await encodeImage(small, "webp", { quality: QUALITY })).toString("base64")}`;
}
