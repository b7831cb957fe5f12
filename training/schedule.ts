import type { Schedule } from "./config.ts";

/** The learning rate of a step, counted from 0: linear warm-up, then a half cosine down to 2 % of the peak. */
export function learningRate(step: number, { steps, lr, warmup = 100 }: Schedule): number {
  if (step < warmup) return (lr * (step + 1)) / warmup;
  const done = (step - warmup) / Math.max(1, steps - warmup);
  return lr * (0.02 + 0.98 * 0.5 * (1 + Math.cos(Math.PI * done)));
}

/** How much of the old average stays after `step` updates: less at first, so that the random start is forgotten. */
export function averageDecay(step: number, { average }: Schedule): number {
  return Math.min(average, (1 + step) / (10 + step));
}
