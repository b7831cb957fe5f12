import type { MetricName } from "../cases.ts";

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text that stands in HTML as it is. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (c) => ENTITIES[c]!);
}

/** A number as tables have it, with a real minus. */
export function number(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  return value.toFixed(digits).replace("-", "−");
}

/** A difference, with its sign. */
export function signed(value: number, digits: number): string {
  return `${value > 0 ? "+" : ""}${number(value, digits)}`;
}

/** How a metric is called, and what is better. */
export interface MetricLabel {
  readonly label: string;
  readonly better: "higher" | "lower" | "near 0";
  readonly digits: number;
  readonly what: string;
}

export const METRIC_LABELS: Readonly<Record<MetricName, MetricLabel>> = {
  image: {
    label: "Image",
    better: "higher",
    digits: 3,
    what: "CLIP similarity of input and output: how faithful it is to the input",
  },
  directional: {
    label: "Directional",
    better: "higher",
    digits: 3,
    what: "CLIP similarity of the change and the change of captions",
  },
  visual: {
    label: "Visual",
    better: "higher",
    digits: 3,
    what: "CLIP similarity of the change and the example’s change",
  },
  mse: {
    label: "MSE",
    better: "lower",
    digits: 4,
    what: "mean squared error to the true edited picture, values 0 … 1",
  },
  ratio: {
    label: "Error ratio",
    better: "lower",
    digits: 3,
    what: "squared error to the true edited picture over that of the untouched input: 0 perfect, 1 as good as nothing",
  },
  psnr: {
    label: "PSNR",
    better: "higher",
    digits: 1,
    what: "peak signal to noise ratio to the true edited picture, dB",
  },
  ssim: { label: "SSIM", better: "higher", digits: 3, what: "structural similarity to the true edited picture" },
  gmsd: {
    label: "GMSD",
    better: "lower",
    digits: 3,
    what: "gradient magnitude similarity deviation from the true edited picture",
  },
  leakage: {
    label: "Leakage",
    better: "near 0",
    digits: 3,
    what: "how much of the example’s content is in the output, in CLIP’s space: 0 none, 1 all",
  },
  pixelLeakage: { label: "Leakage, pixels", better: "near 0", digits: 3, what: "the same in pixels" },
};
