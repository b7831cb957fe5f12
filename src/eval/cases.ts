import type { SampledEdit } from "./dataset/index.ts";
import { applies, type Row } from "./rows.ts";

/** Which result is meant. */
export interface CaseKey {
  readonly edit: string;
  readonly row: string;
  /** The first of the example pairs, from 0. */
  readonly example: number;
  /** Which test picture, from 0. */
  readonly test: number;
  /** Of the noise. */
  readonly seed: number;
}

/** What is measured of a result; null where it can't be: no caption, no CLIP. */
export const METRICS = [
  "image",
  "directional",
  "visual",
  "mse",
  "ratio",
  "psnr",
  "ssim",
  "gmsd",
  "leakage",
  "pixelLeakage",
] as const;
export type MetricName = (typeof METRICS)[number];
export type Metrics = Readonly<Record<MetricName, number | null>>;

/** One picture, edited one way, and measured. */
export interface Case extends CaseKey {
  readonly metrics: Metrics;
  /** To edit it. */
  readonly seconds: number;
  /** Of the process so far, at its peak, in bytes. */
  readonly peakMemory: number;
}

/** What to run: the rows, and how far the figures spread. */
export interface Scope {
  readonly rows: readonly Row[];
  /** Rows that are repeated with this many noise seeds. */
  readonly noise?: { readonly rows: readonly string[]; readonly seeds: number };
  /** Rows that are repeated with each of this many example pairs. */
  readonly examples?: { readonly rows: readonly string[]; readonly count: number };
}

/** The cases of one edit, each once, in the order of running. */
export function casesOf(edit: SampledEdit, { rows, noise, examples }: Scope): CaseKey[] {
  return rows
    .filter((row) => applies(row, edit))
    .flatMap((row): CaseKey[] => {
      const fixed = row.method.kind === "learned" && row.method.noise !== "random";
      const seeds = !fixed && noise?.rows.includes(row.name) ? noise.seeds : 1;
      const count = examples?.rows.includes(row.name) ? Math.min(examples.count, edit.examples.length) : 1;
      const variants = [
        ...Array.from({ length: seeds }, (_, seed) => ({ example: 0, seed })),
        ...Array.from({ length: count - 1 }, (_, i) => ({ example: i + 1, seed: 0 })),
      ];
      return variants.flatMap((variant) =>
        edit.tests.map((_, test) => ({ edit: edit.id, row: row.name, ...variant, test })),
      );
    });
}

export function nameOf({ row, example, test, seed }: CaseKey): string {
  return `${row}_e${example}_t${test}_s${seed}`;
}
