import { existsSync } from "node:fs";
import { basename, extname } from "node:path";
import { isCard } from "../../core/card.ts";
import { cardPictures, makeCard } from "../../core/node-card.ts";
import { VisiiError } from "../../errors.ts";
import { writeFileAtomic } from "../../files/atomic.ts";
import { type Pair, readImage } from "../../index.ts";
import { defineCommand } from "../command.ts";
import { checkWritable, refuseOverwriting } from "../files.ts";
import { exhibit } from "../gallery.ts";
import { type GivenInstruction, readInstruction } from "../instruction.ts";
import { misuse } from "../options.ts";

export const cardCommand = defineCommand({
  name: "card",
  summary: "Makes an edit card: one picture that shows an edit and carries its instruction, to be used like the file.",
  usage: ["INSTRUCTION --before FILE --after FILE -o CARD.png", "NAME -o CARD.png      (NAME as visii gallery has it)"],
  options: {
    output: { type: "text", short: "o", hint: "FILE", help: "the card, .png" },
    before: { type: "text", hint: "FILE", help: "the picture before, as the card shows it" },
    after: { type: "text", hint: "FILE", help: "the picture after" },
    name: { type: "text", hint: "WORDS", help: "what the card calls the edit (default: the name of the instruction)" },
  },

  async run({ values, positionals }, { report }) {
    const [named, ...more] = positionals;
    if (named === undefined || more.length > 0) throw misuse("Name one instruction to make a card of.");
    const output = cardFile(values.output);
    const given = await readInstruction(named);
    const { before, after } = values;
    refuseOverwriting(
      [output],
      [given.file, before, after].filter((path) => path !== undefined),
    );
    checkWritable(output);
    const pair = await pairOf(named, given, before, after);
    const name = values.name ?? (given.name || nameOf(named, given));
    await writeFileAtomic(output, await makeCard(given.bytes, { name, ...pair }));
    report.done([output], `Wrote ${output}: it shows ${name}, and can be used wherever an instruction is asked for.`);
  },
});

/** The file of a card. Throws `VisiiError("usage")` unless it is named as a PNG. */
export function cardFile(path: string | undefined): string {
  if (path === undefined) throw misuse("Name the card with -o, for example -o card.png.");
  if (!/\.png$/i.test(path)) throw misuse(`An edit card is a .png file, which ${path} is not.`);
  return path;
}

function isExhibit(named: string): boolean {
  return !existsSync(named);
}

function nameOf(named: string, { file }: GivenInstruction): string {
  return isExhibit(named) ? named : basename(file, extname(file));
}

/** The pictures that were named; else those that the gallery, or the card that it comes from, has. */
async function pairOf(
  named: string,
  { file, content }: GivenInstruction,
  before: string | undefined,
  after: string | undefined,
): Promise<Pair> {
  if (before !== undefined && after !== undefined) {
    return { before: await readImage(before), after: await readImage(after) };
  }
  if (before !== undefined || after !== undefined) throw misuse("--before and --after go together.");
  const known = isCard(content) ? await cardPictures(content, file) : undefined;
  if (known) return known;
  if (isExhibit(named)) {
    const shown = exhibit(named);
    return { before: await readImage(shown.before), after: await readImage(shown.after) };
  }
  const message = `${file} holds no pictures, so say which ones the card is to show: --before FILE --after FILE.`;
  throw new VisiiError("usage", message, { file });
}
