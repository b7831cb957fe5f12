import type { Instruction } from "../../index.ts";
import { defineCommand } from "../command.ts";
import { readInstruction } from "../instruction.ts";
import { misuse } from "../options.ts";
import { sparkline } from "../progress.ts";
import { keptStep } from "../strip.ts";

export const inspectCommand = defineCommand({
  name: "inspect",
  summary: "Tells what an instruction holds, and how it was learned.",
  usage: ["INSTRUCTION      (a file, an edit card, or a name that visii gallery has)"],
  options: {},

  async run({ positionals }, { report }) {
    const [named, ...more] = positionals;
    if (named === undefined || more.length > 0) throw misuse("Name one instruction file.");
    const { file, hash, instruction, name } = await readInstruction(named);
    const { promptEmbeds, provenance } = instruction;
    const { tokens, width, span } = promptEmbeds;
    report.event("instruction", {
      file,
      ...(name && { name }),
      hash,
      tokens,
      width,
      span,
      ...provenance,
      kept: keptStep(provenance),
    });
    report.answer(describe(file, hash, instruction, name));
    report.done([], "");
  },
});

/** An instruction in words, one fact a line. */
export function describe(file: string, hash: string, { promptEmbeds, provenance }: Instruction, name: string): string {
  const { tokens, width, span } = promptEmbeds;
  const { model, prompt, settings, losses, checkpoints, software } = provenance;
  const kept = keptStep(provenance);
  const began: Record<string, string> = { neutral: "neutral tokens", known: `known to the model: "${prompt}"` };
  const rows: [string, string][] = [
    ...(name ? [["edit card", `"${name}"`] as [string, string]] : []),
    ["tokens", `${span.end - span.start} learned, of ${tokens} × ${width}`],
    ["began as", began[String(settings.init)] ?? `"${prompt}"`],
    ["model", [model.name, model.version, short(model.hash)].filter(Boolean).join(" ")],
    [
      "settings",
      wrap(
        Object.entries(settings).map(([name, value]) => `${name} ${value}`),
        78,
      ),
    ],
    ["loss", losses.length > 0 ? `${number(losses[0]!)} ${sparkline(losses, 48)} ${number(losses.at(-1)!)}` : "none"],
    [
      "checkpoints",
      checkpoints.map(([step, loss]) => `step ${step}: ${number(loss)}${step === kept ? ", kept" : ""}`).join("\n"),
    ],
    ["made by", software],
    ["sha256", hash],
  ];
  const indent = `\n${" ".repeat(15)}`;
  return [file, ...rows.map(([name, text]) => `  ${name.padEnd(13)}${text.replaceAll("\n", indent)}`)].join("\n");
}

function number(x: number): string {
  return x.toPrecision(3);
}

function short(hash: string): string {
  return hash && `(${hash.slice(0, 12)}…)`;
}

/** Joined with commas, in lines of at most `width` characters. */
function wrap(words: readonly string[], width: number): string {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 2 <= width) lines[lines.length - 1] = `${last}, ${word}`;
    else lines.push(word);
  }
  return lines.join(",\n");
}
