/**
 * Edit cards: a PNG that shows an edit and carries its instruction. The instruction is text, in base64, because texts are what survives most: image
 * libraries and editors that keep anything beside the pixels keep those, while chunks of a program's own are dropped as soon as a file is saved anew.
 */
import { VisiiError } from "../errors.ts";
import { mediaType } from "../image/kind.ts";
import { addPngText, hasPngText, readLargePngText, readPngText } from "../image/png-text.ts";
import { SOFTWARE } from "./version.ts";

const KEYWORD = "visii.instruction";
/** Longest text that is unpacked, in characters: an instruction of 77 × 4096 numbers has a third of that. */
const MOST = 6_000_000;
const LONGEST_NAME = 200;

/** A part of a picture, in pixels. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What an edit card says besides what it shows. */
export interface Card {
  /** The bytes of the instruction's `.safetensors` file. */
  readonly instruction: Uint8Array<ArrayBuffer>;
  /** What the edit is called; empty where nobody named it. */
  readonly name: string;
  /** Where on the card the two pictures stand; absent where that isn't known. */
  readonly frames?: { readonly before: Frame; readonly after: Frame };
}

/** A drawn card as a PNG, with the instruction put into it. Throws `VisiiError("input")` if `png` isn't one. */
export function encodeCard(png: Uint8Array, { instruction, name, frames }: Card): Uint8Array<ArrayBuffer> {
  const about = { software: SOFTWARE, command: "card", name, ...frames };
  return addPngText(png, { visii: JSON.stringify(about), [KEYWORD]: toBase64(instruction) });
}

/** Whether a file is an edit card, whole or not. */
export function isCard(file: Uint8Array): boolean {
  return hasPngText(file, KEYWORD);
}

/**
 * Takes the instruction out of an edit card; `name` is how errors call the file. The instruction itself is not looked at: `Instruction.parse` does that.
 *
 * @throws VisiiError `instruction`, in one sentence: not a picture, a picture without an instruction, a card that is damaged or cut short.
 */
export async function decodeCard(file: Uint8Array, name: string): Promise<Card> {
  const refuse = (what: string, cause?: unknown): never => {
    throw new VisiiError("instruction", `${name}: ${what}.`, { name }, { cause });
  };
  const type = mediaType(file);
  if (type === undefined) refuse("this is not an edit card, which is a PNG file");
  if (type !== "image/png")
    refuse(
      "this picture is no PNG file, so there is no instruction in it; if it was an edit card, ask for the original",
    );
  const broken = (cause: unknown) =>
    refuse(
      isCard(file)
        ? "this edit card is damaged or cut short; get it again"
        : "this PNG file is cut short, and what is left of it holds no instruction",
      cause,
    );
  const text =
    (await readLargePngText(file, KEYWORD, MOST).catch(broken)) ??
    refuse(
      "there is no instruction in this picture; if it was an edit card, a program has saved it anew without, so ask for the original",
    );
  const instruction = fromBase64(text) ?? refuse("this edit card is damaged; get it again");
  return { instruction, ...aboutOf(file) };
}

/** An instruction's own bytes: out of an edit card, or as they are. Throws as `decodeCard` does, for a picture. */
export async function instructionBytes(file: Uint8Array, name: string): Promise<Uint8Array> {
  return mediaType(file) === undefined ? file : (await decodeCard(file, name)).instruction;
}

/** The rest of what a card says. It may come from anywhere, so what makes no sense is left out. */
function aboutOf(png: Uint8Array): Omit<Card, "instruction"> {
  let about: Record<string, unknown> = {};
  try {
    about = Object(JSON.parse(readPngText(png).visii ?? "{}"));
  } catch {
    // The instruction is what counts.
  }
  const name = typeof about.name === "string" ? about.name.replace(/\p{Cc}+/gu, " ").slice(0, LONGEST_NAME) : "";
  const header = new DataView(png.buffer, png.byteOffset); // IHDR comes first: width and height at 16
  const size = { width: header.getUint32(16), height: header.getUint32(20) };
  const [before, after] = [frameOf(about.before, size), frameOf(about.after, size)];
  return before && after ? { name, frames: { before, after } } : { name };
}

function frameOf(value: unknown, size: { readonly width: number; readonly height: number }): Frame | undefined {
  const { left, top, width, height } = Object(value) as Record<string, unknown>;
  const whole = (x: unknown, least: number): x is number => Number.isSafeInteger(x) && (x as number) >= least;
  if (!whole(left, 0) || !whole(top, 0) || !whole(width, 1) || !whole(height, 1)) return undefined;
  return left + width <= size.width && top + height <= size.height ? { left, top, width, height } : undefined;
}

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}
