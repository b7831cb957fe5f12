import { useMemo } from "preact/hooks";
import type { Job } from "../api/client.ts";
import "./loss-curve.css";

/** The drawing's own units. */
const [WIDTH, HEIGHT] = [600, 150];

type Losses = NonNullable<Job["losses"]>;
type Previews = NonNullable<Job["previews"]>;

interface CurveProps {
  readonly losses: Losses;
  readonly previews: Previews;
  readonly steps: number;
}

/**
 * How far results are from what was shown. Every step looks at another noise, some easy and some hard, so its loss jumps: it is drawn faintly. Checkpoints
 * are all measured alike: they are the line.
 */
export function LossCurve({ losses, previews, steps }: CurveProps) {
  const { faint, line, dots } = useMemo(() => draw(losses, previews, steps), [losses, previews, steps]);
  return (
    <figure class="curve">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={summary(previews)}>
        <path class="ground" d={`M0 ${HEIGHT - 1}H${WIDTH}`} />
        <path class="faint" d={faint} />
        <path class="line" d={line} />
        <path class="dots" d={dots} />
      </svg>
      <figcaption>How far it still is from your picture: the lower the line, the closer.</figcaption>
    </figure>
  );
}

function draw(losses: Losses, previews: Previews, steps: number): { faint: string; line: string; dots: string } {
  const measured = previews.map(({ step, validation }): Point => [step, validation]);
  const sorted = losses.map(([, loss]) => loss).sort((a, b) => a - b);
  // A few wild steps must not flatten all the others.
  const wild = sorted[Math.floor(sorted.length * 0.97)] ?? 0;
  const faint = pointsOf(losses, steps, Math.min(0, sorted[0] ?? 0), wild);
  const line = pointsOf(measured, steps, 0, Math.max(0, ...measured.map(([, loss]) => loss * 1.15)));
  const path = (points: readonly string[]) => (points.length < 2 ? "" : `M${points.join("L")}`);
  // A dot is a line of no length with round ends.
  return { faint: path(faint), line: path(line), dots: line.map((point) => `M${point}h0`).join("") };
}

type Point = readonly [step: number, loss: number];

/** Points in the drawing's units, from `ground` to `top`: a step's loss falls below zero where the instruction points along the edit. */
function pointsOf(points: readonly Point[], steps: number, ground: number, top: number): string[] {
  return points.map(([step, loss]) => {
    const x = (step / Math.max(1, steps)) * WIDTH;
    const y = 6 + (1 - Math.min(1, (loss - ground) / (top - ground || 1))) * (HEIGHT - 14);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
}

function summary(previews: Previews): string {
  const [first, last] = [previews[0], previews.at(-1)];
  if (!first || !last || first === last) return "Nothing to compare yet.";
  const change = Math.round((1 - last.validation / first.validation) * 100);
  return change > 0 ? `${change}% closer than at the first checkpoint.` : "No closer than at the first checkpoint.";
}
