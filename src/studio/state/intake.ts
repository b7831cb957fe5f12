import { signal } from "@preact/signals";
import { api, type Instruction, type Picture } from "../api/client.ts";
import { stem } from "../parts/names.ts";
import { isNumber, isShaped, isText } from "./keep.ts";
import { nameOf } from "./library.ts";
import { complain, toast } from "./say.ts";

/** A picture on the server, by the name of the file that it came from. */
export interface Item {
  readonly id: string;
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

export const isItem = (value: unknown) =>
  isShaped(value, { id: isText, name: isText, width: isNumber, height: isNumber });

/** What files turned out to be. */
export interface Intake {
  readonly pictures: readonly (Item & Pick<Picture, "settings">)[];
  readonly instructions: readonly Instruction[];
}

/** Files that are on their way to the server. */
export const underway = signal(0);

/** Pictures that are sent at a time. */
const AT_ONCE = 3;

/** Sends files to the server: pictures stay pictures, instructions and edit cards go to the library. What is broken is told, the rest goes on. */
export async function takeFiles(files: readonly File[]): Promise<Intake> {
  underway.value += files.length;
  const found = await inTurns(files, async (file) => {
    try {
      return await takeFile(file);
    } catch (error) {
      complain(error, file.name);
      return {};
    } finally {
      underway.value--;
    }
  });
  const instructions = found.flatMap(({ instruction }) => instruction ?? []);
  for (const instruction of instructions) toast(`“${nameOf(instruction)}” is in your library.`);
  return { pictures: found.flatMap(({ picture }) => picture ?? []), instructions };
}

type Found = { readonly picture?: Intake["pictures"][number]; readonly instruction?: Instruction };

async function takeFile(file: File): Promise<Found> {
  if (file.name.endsWith(".safetensors")) return { instruction: await api.importInstruction(file, stem(file.name)) };
  const { id, width, height, settings, card } = await api.addPicture(file);
  if (card) return { instruction: await api.importInstruction(file) };
  return { picture: { id, width, height, name: file.name || "pasted.png", settings } };
}

/** Takes one picture of the page's own, an example. */
export async function takeExample({ name, url }: { readonly name: string; readonly url: string }): Promise<Item> {
  const { id, width, height } = await api.addPicture(await (await fetch(url)).blob());
  return { id, width, height, name };
}

/** As `map`, a few at a time. */
async function inTurns<T, R>(list: readonly T[], work: (each: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(list.length);
  const rest = list.keys();
  const hand = async () => {
    for (const index of rest) results[index] = await work(list[index]!);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, hand));
  return results;
}
