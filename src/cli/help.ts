import { COMMON, type Command } from "./command.ts";
import type { Options } from "./options.ts";

/** What `visii --help` prints. */
export function overview(commands: readonly { readonly name: string; readonly summary: string }[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    "Teach a computer an edit by showing it: one picture before, one after.",
    "",
    "  visii learn before.png after.png -o edit.safetensors",
    "  visii apply edit.safetensors photo.png -o edited.png",
    "",
    "Commands:",
    ...lines,
    "",
    "`visii COMMAND --help` tells more; `visii --version` tells the version.",
    "",
  ].join("\n");
}

/** What `visii COMMAND --help` prints. */
export function commandHelp({ name, usage, summary, options }: Command): string {
  const calls = usage.map((line, i) => `${i === 0 ? "Usage: " : "   or: "}visii ${name} ${line}`);
  return [summary, "", ...calls, "", ...table(options), "", ...table(COMMON), ""].join("\n");
}

function table(options: Options): string[] {
  const rows = Object.entries(options).map(([name, { type, hint, short, help, choices }]) => {
    const value = type === "flag" ? "" : ` ${hint ?? choices?.join("|") ?? (type === "number" ? "N" : "TEXT")}`;
    return [`  ${short ? `-${short}, ` : ""}--${name}${value}`, help] as const;
  });
  const width = Math.min(30, Math.max(...rows.map(([left]) => left.length)));
  return rows.map(([left, help]) =>
    left.length > width ? `${left}\n${" ".repeat(width)}  ${help}` : `${left.padEnd(width)}  ${help}`,
  );
}
