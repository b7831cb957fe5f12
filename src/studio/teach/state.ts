/** What is about to be taught. This browser remembers it. */
import { computed, signal } from "@preact/signals";
import type { LearnRequest } from "../api/client.ts";
import { type Item, isItem } from "../state/intake.ts";
import { isShaped, isText, kept, optional } from "../state/keep.ts";
import { standardModel } from "../state/library.ts";

export interface Draft {
  readonly before?: Item;
  readonly after?: Item;
}

export type Slot = keyof Draft;
export type Preset = NonNullable<LearnRequest["preset"]>;

const isDraft = (value: unknown) => isShaped(value, { before: optional(isItem), after: optional(isItem) });
const isDrafts = (value: unknown): value is readonly Draft[] =>
  Array.isArray(value) && value.length > 0 && value.every(isDraft);

export const drafts = kept<readonly Draft[]>("pairs", [{}], isDrafts);
export const start = kept("start", "", isText);
export const name = kept("name", "", isText);
/** Empty for the model's own way. */
export const preset = kept<Preset | "">("preset", "", (value): value is Preset | "" =>
  ["", "quick", "balanced", "paper"].includes(value as string),
);
/** Two pictures of which nobody knows which comes first. */
export const unclear = signal<readonly [Item, Item] | undefined>(undefined);

export const complete = computed(() => drafts.value.filter(({ before, after }) => before && after));
export const blank = computed(() => drafts.value.every(({ before, after }) => !before && !after));
export const presets = computed(() => standardModel.value?.presets ?? []);

export function fill(index: number, slot: Slot, item: Item | undefined): void {
  drafts.value = drafts.value.map((draft, at) => {
    if (at !== index) return draft;
    const { [slot]: _, ...rest } = draft;
    return item ? { ...rest, [slot]: item } : rest;
  });
}

export function swap(index: number): void {
  drafts.value = drafts.value.map(({ before, after }, at) => {
    if (at !== index) return { ...(before && { before }), ...(after && { after }) };
    return { ...(after && { before: after }), ...(before && { after: before }) };
  });
}

export function addPair(pair: Draft = {}): void {
  const free = drafts.value.findIndex(({ before, after }) => !before && !after);
  const empty = Object.keys(pair).length === 0;
  if (free === -1 || empty) drafts.value = [...drafts.value, pair];
  else drafts.value = drafts.value.map((draft, at) => (at === free ? pair : draft));
}

export function removePair(index: number): void {
  const rest = drafts.value.filter((_, at) => at !== index);
  drafts.value = rest.length > 0 ? rest : [{}];
}

/** Puts a picture into the first place that is free. */
export function addOne(item: Item): void {
  const index = drafts.value.findIndex(({ before, after }) => !before || !after);
  if (index === -1) drafts.value = [...drafts.value, { before: item }];
  else fill(index, drafts.value[index]!.before ? "after" : "before", item);
}

export function clearDrafts(): void {
  drafts.value = [{}];
  start.value = "";
  name.value = "";
}

/** What is asked of the server. */
export function learnRequest(): LearnRequest {
  return {
    pairs: complete.value.map(({ before, after }) => ({ before: before!.id, after: after!.id })),
    ...(name.value.trim() && { name: name.value.trim() }),
    ...(start.value.trim() && { init: start.value.trim() }),
    ...(preset.value && { preset: preset.value }),
  };
}
