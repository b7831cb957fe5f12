import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { writeFileAtomic } from "../../files/atomic.ts";
import type { Case } from "../cases.ts";
import type { Sampled } from "../dataset/index.ts";
import type { Row } from "../rows.ts";
import type { Store } from "../store.ts";
import { type Summary, summarise } from "../summary.ts";
import { casesCsv, tableCsv } from "./csv.ts";
import { makeGallery } from "./gallery.ts";
import { page, type Report } from "./page.ts";

export interface ReportOptions {
  readonly store: Store;
  readonly sampled: Sampled;
  readonly cases: readonly Case[];
  readonly rows: readonly Row[];
  readonly setup: object;
  readonly title: string;
  readonly facts: Report["facts"];
  readonly encoder: string | undefined;
  /** Of the bootstrap. */
  readonly seed: number;
}

/** Writes `report.html`, `report.json`, `table.csv` and `cases.csv` into the store's folder; returns their paths, and what they tell. */
export async function writeReport(
  options: ReportOptions,
): Promise<{ readonly outputs: string[]; readonly summary: Summary }> {
  const { store, sampled, cases, rows, setup, title, facts, encoder, seed } = options;
  const summary = summarise(cases, rows, { seed });
  const edits = sampled.edits.map(({ id }) => id);
  const leftOut = [
    ...sampled.problems.map(({ message }) => message),
    ...(sampled.tooFew > 0 ? [`${sampled.tooFew} edits have only one pair.`] : []),
  ];
  const gallery = await makeGallery(cases, rows, sampled.edits, store);
  const html = page({ title, facts, summary, gallery, setup, edits, leftOut, font: fontFaces(), encoder });
  const { values, ...tables } = summary;
  const json = {
    title,
    setup,
    encoder: encoder ? { name: encoder, normalised: true } : null,
    edits,
    leftOut,
    ...tables,
  };
  const files: [string, string][] = [
    ["report.html", html],
    ["report.json", `${JSON.stringify(json, null, 1)}\n`],
    ["table.csv", tableCsv(summary.rows)],
    ["cases.csv", casesCsv(cases)],
  ];
  for (const [name, text] of files) await writeFileAtomic(join(store.folder, name), text);
  return { outputs: files.map(([name]) => join(store.folder, name)), summary };
}

/** Inter (SIL Open Font License 1.1) in two weights, inside the page. */
function fontFaces(): string {
  const require = createRequire(import.meta.url);
  return [400, 600]
    .map((weight) => {
      const file = require.resolve(`@fontsource/inter/files/inter-latin-${weight}-normal.woff2`);
      const data = readFileSync(file).toString("base64");
      return `@font-face { font-family: Inter; font-weight: ${weight}; font-display: swap; src: url(data:font/woff2;base64,${data}) format("woff2"); }`;
    })
    .join("\n");
}
