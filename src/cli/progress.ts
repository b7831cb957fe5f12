/** How far a piece of work has come. */
export interface Progress {
  /** What is being done: "learning". */
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** Steps done since `seconds` began to count, where that is not all of `done`: a run that was resumed. @default done */
  readonly counted?: number;
  /** Time that took. */
  readonly seconds: number;
  readonly loss?: number;
  /** What is counted. @default "steps" */
  readonly unit?: "steps" | "bytes";
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of `width` characters, filled to eighths of one. */
export function bar(fraction: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, fraction)) * width * 8);
  const filled = "█".repeat(eighths >> 3) + EIGHTHS[eighths & 7]!;
  return filled.padEnd(width, "░");
}

/** "8 s", "3:05", "1:02:03". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Steps per second, or seconds per step where that is the larger number. */
export function rate(steps: number, seconds: number): string {
  const speed = steps / seconds;
  return speed >= 1 ? `${speed.toFixed(1)} steps/s` : `${(1 / speed).toFixed(1)} s/step`;
}

/** "0.3 MB", "334 MB", "4.3 GB". */
export function bytes(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(1)} GB`;
  return `${(count / 1e6).toFixed(count < 1e7 ? 1 : 0)} MB`;
}

/** The facts of a progress line: "12/40 · 3.1 steps/s · 9 s left · loss 0.412", "34 MB/334 MB · 12 MB/s · 25 s left". */
export function facts({ done, total, counted = done, seconds, loss, unit = "steps" }: Progress): string {
  const parts = [unit === "bytes" ? `${bytes(done)}/${bytes(total)}` : `${done}/${total}`];
  if (counted > 0 && seconds > 0) {
    parts.push(unit === "bytes" ? `${bytes(counted / seconds)}/s` : rate(counted, seconds));
    if (done < total) parts.push(`${duration(((total - done) * seconds) / counted)} left`);
  }
  if (loss !== undefined) parts.push(`loss ${loss.toPrecision(3)}`);
  return parts.join(" · ");
}

/** One line for a terminal of `columns` characters, the bar as long as there is room for. */
export function progressLine(progress: Progress, columns: number): string {
  const text = facts(progress);
  const room = columns - progress.label.length - text.length - 3;
  if (room < 8) return `${progress.label} ${text}`.slice(0, Math.max(0, columns - 1));
  return `${progress.label} ${bar(progress.done / progress.total, Math.min(32, room))} ${text}`;
}

const BLOCKS = "▁▂▃▄▅▆▇█";

/** Numbers as a line of at most `width` blocks, each the mean of a stretch; the lowest is the lowest block. */
export function sparkline(values: readonly number[], width: number): string {
  const count = Math.min(width, values.length);
  const means = Array.from({ length: count }, (_, i) => {
    const part = values.slice(Math.floor((i * values.length) / count), Math.floor(((i + 1) * values.length) / count));
    return part.reduce((a, b) => a + b, 0) / part.length;
  });
  const low = Math.min(...means);
  const range = Math.max(...means) - low;
  return means.map((x) => BLOCKS[range > 0 ? Math.round(((x - low) / range) * 7) : 0]).join("");
}
