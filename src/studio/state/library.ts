import { computed, signal } from "@preact/signals";
import { api, type Instruction, type ModelInfo } from "../api/client.ts";

/** All instructions, newest first, the built-in ones last; undefined until they are there. */
export const instructions = signal<readonly Instruction[] | undefined>(undefined);
export const models = signal<readonly ModelInfo[]>([]);

export const usable = computed(() => (instructions.value ?? []).filter((instruction) => instruction.usable));
export const standardModel = computed(() => models.value.find((model) => model.default) ?? models.value[0]);

export function instructionOf(id: string | undefined): Instruction | undefined {
  return instructions.value?.find((instruction) => instruction.id === id);
}

let asked = 0;

/** Asks for all instructions; an answer that a later one has overtaken is left. */
export async function loadLibrary(): Promise<void> {
  const turn = ++asked;
  const all = await api.instructions();
  if (turn === asked) instructions.value = all;
}

export async function loadModels(): Promise<void> {
  models.value = await api.models();
}

/** The name as one reads it: "golden-hour" of the gallery is "Golden hour". */
export function nameOf({ name, builtIn }: Pick<Instruction, "name" | "builtIn">): string {
  if (!builtIn) return name;
  const words = name.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
