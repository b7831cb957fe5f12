/** The same cases as pictures: each edit's first pair, first picture, and what words and one pair made of it. */
import type { Sheet } from "../../src/image/node.ts";
import type { Task } from "./choose.ts";
import type { Store } from "./store.ts";

export async function sheetOf(tasks: readonly Task[], store: Store, subtitle: string): Promise<Sheet> {
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
    title: "Edits of pictures kept out of training",
    subtitle,
    columns,
    rows,
    cell: 128,
    arrows: [0],
    breaks: [1, 3],
  };
}
