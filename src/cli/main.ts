import { isVisiiError } from "../errors.ts";
import type { Command } from "./command.ts";
import { commandHelp, overview } from "./help.ts";
import { interruptible } from "./interrupt.ts";
import { misuse, nearest } from "./options.ts";
import { explainError, Reporter, type Streams } from "./reporter.ts";

/** Loaded when called for: `--help` needs no runtime. */
const COMMANDS: Readonly<Record<string, { readonly summary: string; readonly load: () => Promise<Command> }>> = {
  learn: {
    summary: "learn an edit from pictures before and after",
    load: async () => (await import("./commands/learn.ts")).learnCommand,
  },
  apply: {
    summary: "apply a learned edit to pictures",
    load: async () => (await import("./commands/apply.ts")).applyCommand,
  },
  edit: {
    summary: "edit pictures by words alone",
    load: async () => (await import("./commands/edit.ts")).editCommand,
  },
  caption: {
    summary: "find words that a picture looks like",
    load: async () => (await import("./commands/caption.ts")).captionCommand,
  },
  inspect: {
    summary: "tell what an instruction holds and how it was learned",
    load: async () => (await import("./commands/inspect.ts")).inspectCommand,
  },
  card: {
    summary: "make a picture that shows an edit and carries it",
    load: async () => (await import("./commands/card.ts")).cardCommand,
  },
  eval: {
    summary: "run the paper's evaluation over a dataset",
    load: async () => (await import("./commands/eval.ts")).evalCommand,
  },
  gallery: {
    summary: "list the learned edits that come with the program",
    load: async () => (await import("./commands/gallery.ts")).galleryCommand,
  },
  studio: {
    summary: "teach and use edits in a browser",
    load: async () => (await import("./commands/studio.ts")).studioCommand,
  },
  serve: {
    summary: "serve learning and editing over HTTP",
    load: async () => (await import("./commands/serve.ts")).serveCommand,
  },
  models: {
    summary: "list the models on this machine, fetch others",
    load: async () => (await import("./commands/models.ts")).modelsCommand,
  },
};

/** Runs the program and sets its exit code: 0 done, 1 failed, 2 used wrongly, 130 interrupted. */
export async function main(argv: readonly string[]): Promise<void> {
  const streams: Streams = {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    columns: () => (process.stderr.isTTY ? (process.stderr.columns ?? 80) : undefined),
    now: () => performance.now(),
  };
  // A reader that has seen enough (`visii inspect … | head`) is no fault.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  process.exitCode = await run(argv, streams);
}

/** The same with streams of the caller's; returns the exit code. */
export async function run(argv: readonly string[], streams: Streams): Promise<number> {
  const given = (flag: string) => argv.includes(flag);
  const mode = { json: given("--json"), quiet: given("--quiet"), debug: given("--debug") };
  const report = new Reporter(streams, mode);
  try {
    const [name, ...rest] = argv[0] === "help" ? [...argv.slice(1, 2), "--help"] : argv;
    if (name === "--version") streams.out(`${(await import("../core/version.ts")).SOFTWARE}\n`);
    else if (name === "--help" || name === "-h") streams.out(help());
    else {
      const command = await find(name);
      const help = rest.includes("--help") || rest.includes("-h");
      using interrupt = interruptible(process.exit);
      if (help) streams.out(commandHelp(command));
      else await command.run(rest, { report, signal: interrupt.signal });
    }
    return 0;
  } catch (error) {
    report.error(explainError(error));
    if (isVisiiError(error, "aborted")) return 130;
    return isVisiiError(error, "usage") ? 2 : 1;
  }
}

function help(): string {
  return overview(Object.entries(COMMANDS).map(([name, { summary }]) => ({ name, summary })));
}

async function find(name: string | undefined): Promise<Command> {
  if (name === undefined || name.startsWith("-"))
    throw misuse(`Name a command, one of ${Object.keys(COMMANDS).join(", ")}; visii --help tells more.`);
  if (Object.hasOwn(COMMANDS, name)) return COMMANDS[name]!.load();
  const near = nearest(name, Object.keys(COMMANDS));
  throw misuse(`There is no command "${name}"; ${near ? `did you mean ${near}?` : "visii --help lists them."}`);
}
