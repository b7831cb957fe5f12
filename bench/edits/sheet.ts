/** The same cases as pictures: each edit's first pair, first picture, and what words and one pair made of it. */
import type { Sheet } from "../../src/image/node.ts";
import type { Task } from "./choose.ts";
import type { Store } from "./store.ts";
import type { Row } from "./table.ts";

/** Edits for people to look at, chosen by their ratios from one pair alone: `count` from the best to the worst in equal distances, and the `worst`. */
export function chosenToShow(
  rows: readonly Row[],
  count: number,
  worst: number,
): { across: string[]; worst: string[] } {
  const ratio = ({ ratios }: Row) => ratios["one pair"]!;
  const sorted = rows.filter(({ ratios }) => ratios["one pair"] !== undefined).sort((a, b) => ratio(a) - ratio(b));
  const names = sorted.map(({ edit }) => edit);
  const few = Math.min(count, names.length);
  const across = Array.from({ length: few }, (_, i) => names[Math.floor(((i + 0.5) * names.length) / few)]!);
  return { across, worst: names.slice(-worst).reverse() };
}

export async function sheetOf(tasks: readonly Task[], store: Store, title: string, subtitle: string): Promise<Sheet> {
  const rows = await Promise.all(
    tasks.map(async ({ edit, heldOut, words, pairs, tests }) => {
      const key = (method: "text" | "one pair", pair: number | null) => ({ edit, method, pair, test: 0 });
      const keys = [key("text", null), key("one pair", 0)];
      const [text, learned] = keys.map((each) => store.find(each)?.ratio.toFixed(2) ?? "–");
      const kind = heldOut ? "never trained on; nearest words" : "words";
      return {
        label: `${edit} (${kind}: “${words}”). Text ${text}, learned ${learned}`,
        images: [
          pairs[0]!.before,
          pairs[0]!.after,
          tests[0]!.before,
          tests[0]!.after,
          ...(await Promise.all(keys.map((each) => store.picture(each)))),
        ],
      };
    }),
  );
  const columns = ["example before", "example after", "input", "truth", "by text", "learned from the example"];
  return {
    title,
    subtitle,
    columns,
    rows,
    cell: 128,
    arrows: [0],
    breaks: [1, 3],
  };
}
