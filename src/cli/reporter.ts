import { VisiiError } from "../errors.ts";
import { facts, progressLine } from "./progress.ts";

/** Where words go, and how wide they may be. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Columns of the terminal that `err` is; undefined if it is none. */
  readonly columns: () => number | undefined;
  /** In milliseconds, from any start. */
  readonly now: () => number;
}

export interface Mode {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
}

/** A step of some long work, with whatever else programs want to know of it. */
export interface Step {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly loss?: number;
  /** What is counted. @default "steps" */
  readonly unit?: "steps" | "bytes";
  /** Joins the event of `--json`. */
  readonly event?: Readonly<Record<string, unknown>>;
}

/** Work shorter than this, in milliseconds, needs no progress. */
const PATIENCE = 2000;
/** Time between two updates on a terminal, and between two lines elsewhere, in milliseconds. */
const REDRAW = 80;
const SPARSE = 15_000;

const CLEAR = "\r\x1b[2K";

/** All that the program says: progress, results, errors; for people, or as JSON lines. */
export class Reporter {
  private readonly start: number;
  private phase: { label: string; since: number; first: number } | undefined;
  private lastDrawn = Number.NEGATIVE_INFINITY;
  private drawn = false;

  constructor(
    private readonly streams: Streams,
    readonly mode: Mode,
  ) {
    this.start = streams.now();
  }

  /** Says how far the work has come. The first call of a label starts its clock: call it with the steps done already. */
  step({ label, done, total, loss, unit = "steps", event }: Step): void {
    const { now, err, columns } = this.streams;
    const time = now();
    if (this.phase?.label !== label) {
      this.phase = { label, since: time, first: done };
      this.lastDrawn = Number.NEGATIVE_INFINITY;
      if (!event) return; // it only started the clock
    }
    if (this.mode.json) {
      if (event) this.event("step", { step: done, steps: total, ...(loss !== undefined && { loss }), ...event });
      return;
    }
    const { since, first } = this.phase;
    if (this.mode.quiet || time - since < PATIENCE) return;
    const width = columns();
    const pause = width === undefined ? SPARSE : done < total ? REDRAW : 0;
    if (time - this.lastDrawn < pause) return;
    this.lastDrawn = time;
    const progress = {
      label,
      done,
      total,
      counted: done - first,
      seconds: (time - since) / 1000,
      unit,
      ...(loss !== undefined && { loss }),
    };
    if (width === undefined) err(`${label} ${facts(progress)}\n`);
    else {
      err(CLEAR + progressLine(progress, width));
      this.drawn = true;
    }
  }

  /** A JSON line, for programs only. */
  event(event: string, facts: Readonly<Record<string, unknown>>): void {
    if (this.mode.json) this.streams.out(`${JSON.stringify({ event, ...facts })}\n`);
  }

  /** What was asked for, for people: goes to stdout even when quiet. */
  answer(text: string): void {
    this.clear();
    if (!this.mode.json) this.streams.out(`${text}\n`);
  }

  /** A passing remark, for people. */
  note(text: string): void {
    this.clear();
    if (!this.mode.json && !this.mode.quiet) this.streams.err(`${text}\n`);
  }

  /** Something that is worth knowing of and stops nothing: a remark, and an event. */
  notice(message: string): void {
    this.note(message);
    this.event("notice", { message });
  }

  /** The end: the files written, and a sentence about them. */
  done(outputs: readonly string[], sentence: string, facts: Readonly<Record<string, unknown>> = {}): void {
    this.clear();
    const seconds = Number(this.seconds.toFixed(3));
    const peakMemory = process.resourceUsage().maxRSS * 1024;
    this.event("done", { outputs, seconds, peakMemory, ...facts });
    if (!this.mode.json && !this.mode.quiet && sentence) this.streams.out(`${sentence}\n`);
  }

  /** One sentence on stderr, and an event. */
  error({ code, message, data, stack }: { code: string; message: string; data?: unknown; stack?: string }): void {
    this.clear();
    const sentence = /[.!?]$/.test(message) ? message : `${message}.`;
    this.event("error", { code, message: sentence, ...(data !== undefined && { data }) });
    this.streams.err(`${this.mode.debug && stack ? stack : sentence}\n`);
  }

  /** Seconds since the program began. */
  get seconds(): number {
    return (this.streams.now() - this.start) / 1000;
  }

  private clear(): void {
    if (this.drawn) this.streams.err(CLEAR);
    this.drawn = false;
  }
}

/** What to say of anything thrown: ours as they are, others as the faults of this program that they are. */
export function explainError(error: unknown): { code: string; message: string; data?: unknown; stack?: string } {
  const stack = error instanceof Error ? withCauses(error) : String(error);
  if (error instanceof VisiiError)
    return { code: error.code, message: oneLine(asOption(error)), data: error.data, stack };
  const what = oneLine(error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
  return { code: "internal", message: `Something went wrong inside visii (${what}); --debug shows where.`, stack };
}

/** Settings have other names on the command line: `lambdaMse` is `--lambda-mse`. */
function asOption({ code, message, data }: VisiiError): string {
  const { name } = data;
  if (code !== "usage" || typeof name !== "string" || !message.startsWith(`${name} must be`)) return message;
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}${message.slice(name.length)}`;
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, "; ").trim();
}

function withCauses(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\ncaused by ${withCauses(error.cause)}` : own;
}
