import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { findModel, listModels } from "../../hub/local.ts";
import { type Context, defineCommand } from "../command.ts";
import { fetchModel } from "../model.ts";
import { misuse, nearest } from "../options.ts";
import { bytes, duration } from "../progress.ts";
import type { Reporter } from "../reporter.ts";

const ACTIONS = ["list", "pull", "path"];

export const modelsCommand = defineCommand({
  name: "models",
  summary:
    "Lists the models on this machine, built in and in the Hugging Face cache; fetches one from the hub; tells where one is.",
  usage: ["[list]", "pull OWNER/NAME [--revision R]", "path NAME [--revision R]"],
  options: {
    revision: { type: "text", hint: "R", help: "a branch, a tag, a commit, or refs/pr/1 (default main)" },
  },

  async run({ positionals, values: { revision } }, context) {
    const [action = "list", name, ...more] = positionals;
    if (!ACTIONS.includes(action)) {
      const near = nearest(action, ACTIONS);
      const hint = near ? `; did you mean ${near}?` : ".";
      throw misuse(`visii models can ${ACTIONS.join(", ")}, not "${action}"${hint}`);
    }
    if (action === "list") {
      if (name !== undefined || revision !== undefined) throw misuse("visii models list takes nothing more.");
      return list(context.report);
    }
    if (name === undefined || more.length > 0) throw misuse(`Name one model: visii models ${action} owner/name.`);
    if (action === "pull") return pull(name, revision, context);
    const path = findModel(name, process.env, revision);
    context.report.answer(path);
    context.report.done([path], "");
  },
});

function list(report: Reporter): void {
  const models = listModels().map((model) => ({ ...model, size: sizeOf(model.path) }));
  for (const { name, origin, size, licence, revision, path } of models) {
    report.event("model", { name, origin, size, licence: licence ?? null, revision: revision ?? null, path });
  }
  const rows = models.map(({ name, origin, size, licence, path }) => [
    name,
    origin,
    bytes(size),
    licence ?? "licence unknown",
    path,
  ]);
  report.answer(rows.length > 0 ? table(rows) : "There is no model on this machine.");
  report.done([], "");
}

async function pull(name: string, revision: string | undefined, context: Context): Promise<void> {
  const { report } = context;
  const model = await fetchModel(name, revision, context);
  const { path, size, fetched } = model;
  const sentence =
    fetched > 0
      ? `Fetched ${bytes(fetched)} in ${duration(report.seconds)}: ${name} is in ${path}, and needs no connection any more.`
      : `${name} is on this machine already (${bytes(size)}): ${path}.`;
  report.done([path], sentence, { ...model });
}

/** Bytes of all files below a folder, behind links too: the hub's cache consists of them. */
function sizeOf(folder: string): number {
  const size = (entry: Dirent) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sizeOf(path) : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  };
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => sum + size(entry), 0);
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
