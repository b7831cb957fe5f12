import { decodeCard, isCard } from "../core/card.ts";
import { readInput } from "../files/read.ts";
import { Instruction } from "../index.ts";
import { sha256 } from "./files.ts";
import { instructionFile } from "./gallery.ts";

/** An instruction as the command line is given it. */
export interface GivenInstruction {
  /** The file: a `.safetensors`, or an edit card. */
  readonly file: string;
  /** What is in the file. */
  readonly content: Uint8Array;
  /** The bytes of the instruction, taken out of its card where it is in one. */
  readonly bytes: Uint8Array;
  /** Their sha256: the same whichever way the instruction came. */
  readonly hash: string;
  readonly instruction: Instruction;
  /** What an edit card calls it; empty for others. */
  readonly name: string;
}

/** Reads the instruction that is named by its file, its edit card, or its name in the gallery. Throws `VisiiError`: `input`, `instruction`. */
export async function readInstruction(named: string): Promise<GivenInstruction> {
  const file = instructionFile(named);
  const content = await readInput(file);
  const { instruction: bytes, name } = isCard(content)
    ? await decodeCard(content, file)
    : { instruction: content, name: "" };
  return { file, content, bytes, hash: sha256(bytes), instruction: await Instruction.parse(bytes, file), name };
}
