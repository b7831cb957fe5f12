import { keptOf } from "../core/kept.ts";
import {
  apply,
  type Image,
  type Instruction,
  type LearnRun,
  type Model,
  type Pair,
  type Provenance,
  renderSheet,
} from "../index.ts";

/** Previews on a strip, at most. */
const MOST = 6;
/** Longest side of its pictures, in pixels: large enough to see, small enough for six in a row. */
const [SMALLEST, LARGEST] = [128, 256];

/** The checkpoints worth showing: evenly spread, with the last one and the one that was kept. */
export function chooseCheckpoints(count: number, kept: number, most = MOST): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  const even = Array.from({ length: most }, (_, i) => Math.round(((i + 1) * count) / most) - 1);
  if (even.includes(kept)) return even;
  // The nearest but the last gives way.
  const [nearest] = even.slice(0, -1).sort((a, b) => Math.abs(a - kept) - Math.abs(b - kept));
  return even.map((index) => (index === nearest ? kept : index)).sort((a, b) => a - b);
}

export interface StripOptions {
  readonly model: Model;
  readonly instruction: Instruction;
  /** What the run kept on its way. */
  readonly checkpoints: LearnRun["checkpoints"];
  /** The pair to show. */
  readonly pair: Pair;
  /** What the strip is called. */
  readonly title: string;
  readonly signal: AbortSignal;
  readonly onStep: (done: number, total: number) => void;
}

/** The picture strip of a run: before, after, and the before picture edited by each checkpoint. */
export async function renderStrip(options: StripOptions): Promise<Image> {
  const { model, instruction, checkpoints, pair, title, signal, onStep } = options;
  const { provenance } = instruction;
  const kept = checkpoints.findIndex(({ step }) => step === keptStep(provenance));
  const chosen = chooseCheckpoints(checkpoints.length, kept);
  const previews: Image[] = [];
  for (const [i, index] of chosen.entries()) {
    const [preview] = await apply(model, checkpoints[index]!.instruction, pair.before, {
      signal,
      onStep: (done, total) => onStep(i * total + done, chosen.length * total),
    });
    previews.push(preview!);
  }
  const heading = (index: number) => `step ${checkpoints[index]!.step}${index === kept ? ", kept" : ""}`;
  const { width, height } = pair.before;
  return renderSheet({
    title,
    subtitle: `${provenance.model.name} · ${provenance.losses.length} steps · seed ${provenance.seed}`,
    columns: ["before", "after", ...chosen.map(heading)],
    rows: [{ label: "", images: [pair.before, pair.after, ...previews] }],
    cell: Math.min(LARGEST, Math.max(SMALLEST, width, height)),
    arrows: [0],
    breaks: [1],
  });
}

/** The step whose checkpoint the instruction is. */
export function keptStep({
  checkpoints,
  losses,
  settings,
}: Pick<Provenance, "checkpoints" | "losses" | "settings">): number | undefined {
  const measured = checkpoints.map(([step, validation]) => ({ step, validation }));
  return keptOf(measured, losses, settings.keep === "loss" ? "loss" : "validation")?.step;
}
