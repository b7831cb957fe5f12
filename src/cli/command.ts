import { DEVICE_NAMES } from "../runtime/device.ts";
import { PRECISION_NAMES } from "../runtime/precision.ts";
import { type Option, type Options, type Parsed, parseOptions } from "./options.ts";
import type { Reporter } from "./reporter.ts";

/** What a command is given besides its arguments. */
export interface Context {
  readonly report: Reporter;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
}

/** A subcommand: parses, makes one library call, renders. */
export interface Command {
  readonly name: string;
  /** Its arguments, one way to call it per line. */
  readonly usage: readonly string[];
  /** One line. */
  readonly summary: string;
  readonly options: Options;
  run(argv: readonly string[], context: Context): Promise<void>;
}

/** Options that every command has. */
export const COMMON = {
  json: { type: "flag", help: "one JSON object per line on stdout, and nothing else there" },
  quiet: { type: "flag", help: "no progress and no summary, only errors" },
  debug: { type: "flag", help: "show where an error came from" },
  help: { type: "flag", short: "h", help: "show this help" },
} as const satisfies Options;

/** Options of every command that runs a model. */
export const DEVICE = {
  device: {
    type: "choice",
    choices: DEVICE_NAMES,
    help: "the processor or a graphics card (default auto: the processor)",
  },
  precision: {
    type: "choice",
    choices: PRECISION_NAMES,
    help: "bits to compute with; 16 on graphics cards only (default auto: 16 on a card that has them)",
  },
  threads: { type: "number", help: "threads to compute with (default: the physical cores)" },
  "low-memory": { type: "flag", help: "take less memory and more time, on the processor" },
} as const satisfies Options;

interface Definition<O extends Options> extends Omit<Command, "run"> {
  readonly options: O;
  run(parsed: Parsed<O>, context: Context): Promise<void>;
}

/** Makes a command whose `run` is given its options by their types. */
export function defineCommand<const O extends Readonly<Record<string, Option>>>(definition: Definition<O>): Command {
  const { options, run } = definition;
  return {
    ...definition,
    run: (argv, context) => run(parseOptions({ ...options, ...COMMON }, argv) as unknown as Parsed<O>, context),
  };
}
