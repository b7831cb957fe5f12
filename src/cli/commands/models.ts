import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { listModels } from "../../hub/local.ts";
import { defineCommand } from "../command.ts";
import { misuse } from "../options.ts";

export const modelsCommand = defineCommand({
  name: "models",
  summary: "Lists the models on this machine: those built in, and InstructPix2Pix models in the Hugging Face cache.",
  usage: ["[list]"],
  options: {},

  async run({ positionals }, { report }) {
    const [what = "list", ...more] = positionals;
    if (what !== "list" || more.length > 0) throw misuse(`visii models can list, not "${[what, ...more].join(" ")}".`);
    const models = listModels().map((model) => ({ ...model, size: sizeOf(model.path) }));
    for (const { name, origin, size, path } of models) report.event("model", { name, origin, size, path });
    const rows = models.map(({ name, origin, size, path }) => [name, origin, megabytes(size), path]);
    report.answer(rows.length > 0 ? table(rows) : "There is no model on this machine.");
    report.done([], "");
  },
});

/** Bytes of all files below a folder, behind links too: the hub's cache consists of them. */
function sizeOf(folder: string): number {
  const size = (entry: Dirent) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sizeOf(path) : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  };
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => sum + size(entry), 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
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
