/** What the Use view works on. This browser remembers it. */
import { batch, computed, signal } from "@preact/signals";
import { api, type EditRequest, type Picture } from "../api/client.ts";
import { type Item, isItem } from "../state/intake.ts";
import { isNumber, isShaped, isText, kept } from "../state/keep.ts";
import { instructionOf, models, nameOf, standardModel } from "../state/library.ts";
import { KNOBS, lean, type NumberName, requestOf, type Settings, spread, standardOf } from "./settings.ts";

/** Instead of an instruction's id: by words alone. */
export const WORDS_ONLY = "~words";
/** A variation is one of so many. */
const VARIATIONS = 1_000_000;

const isItems = (value: unknown): value is readonly Item[] => Array.isArray(value) && value.every(isItem);
const isSettings = (value: unknown): value is Settings =>
  isShaped(value, {}) &&
  Object.values(value as object).every((entry) => isNumber(entry) || entry === "fixed" || entry === "random");

export const pictures = kept<readonly Item[]>("pictures", [], isItems);
/** The id of an instruction, {@link WORDS_ONLY}, or nothing yet. */
export const look = kept("look", "", isText);
export const words = kept("words", "", isText);
export const settings = kept<Settings>("settings", {}, isSettings);
/** Whether the variation stays when another edit is chosen. */
export const locked = kept("locked", true, (value): value is boolean => typeof value === "boolean");

export const instruction = computed(() => instructionOf(look.value));
export const model = computed(() => {
  const name = instruction.value?.model.name;
  return name === undefined ? standardModel.value : models.value.find((each) => each.name === name);
});
/** What is done, as one calls it. */
export const lookName = computed(() => (instruction.value ? nameOf(instruction.value) : words.value.trim() || "words"));

export interface Axis {
  readonly name: NumberName;
  readonly values: readonly number[];
}

/** Results of all pictures, or of one under two settings that vary. */
export const comparing = signal(false);
export const across = signal<Axis>({ name: "strength", values: [0.5, 1, 1.5] });
export const down = signal<Axis>({ name: "seed", values: [0, 1, 2] });
/** The picture that is compared. */
const chosen = signal("");
export const compared = computed(() => pictures.value.find(({ id }) => id === chosen.value) ?? pictures.value[0]);

export const settingOf = (name: NumberName) => settings.value[name] ?? standardOf(model.value, name);

/** Whether there is something to do to pictures. */
export const ready = computed(() => {
  if (model.value === undefined) return false;
  return look.value === WORDS_ONLY ? words.value.trim() !== "" : (instruction.value?.usable ?? false);
});

export function requestFor(picture: string, more: Settings = {}): EditRequest {
  return requestOf(picture, instruction.value?.id, words.value, lean({ ...settings.value, ...more }, model.value));
}

/** The requests whose results are to be seen, in the order in which they are wanted. */
export const wanted = computed((): readonly EditRequest[] => {
  if (!ready.value) return [];
  if (!comparing.value) return pictures.value.map(({ id }) => requestFor(id));
  const picture = compared.value;
  if (!picture) return [];
  const [columns, rows] = [across.value, down.value];
  return rows.values.flatMap((row) =>
    columns.values.map((column) => requestFor(picture.id, { [rows.name]: row, [columns.name]: column })),
  );
});

export function set(changes: Settings): void {
  settings.value = lean({ ...settings.value, ...changes }, model.value);
}

export function resetSettings(): void {
  const { seed } = settings.value;
  settings.value = locked.value && seed !== undefined ? { seed } : {};
}

export function rollSeed(): void {
  set({ seed: Math.floor(Math.random() * VARIATIONS) });
}

export function chooseLook(id: string): void {
  if (id === look.value) return;
  batch(() => {
    look.value = id;
    if (!locked.value) rollSeed();
  });
}

export function addPictures(items: readonly Item[]): void {
  const known = new Set(pictures.value.map(({ id }) => id));
  const fresh = items.filter(({ id }) => !known.has(id) && known.add(id));
  pictures.value = [...pictures.value, ...fresh.map(({ id, name, width, height }) => ({ id, name, width, height }))];
}

/** Forgets pictures that this server doesn't have: another data folder, another machine. */
export async function forgetLost(): Promise<void> {
  const there = await Promise.all(pictures.value.map(({ id }) => api.hasPicture(id)));
  if (there.includes(false)) pictures.value = pictures.value.filter((_, at) => there[at]);
}

export function removePicture(id: string): void {
  pictures.value = pictures.value.filter((picture) => picture.id !== id);
}

/** Takes over how a picture was made. */
export function restore(made: NonNullable<Picture["settings"]>): void {
  const numbers = KNOBS.flatMap(({ name }) => (made[name] === undefined ? [] : [[name, made[name]] as const]));
  batch(() => {
    look.value = made.instruction ?? (made.words ? WORDS_ONLY : look.value);
    words.value = made.words ?? "";
    settings.value = lean(
      { ...Object.fromEntries(numbers), ...(made.noise === "fixed" && { noise: "fixed" as const }) },
      model.value,
    );
  });
}

/** Varies one picture's settings, around where they are. */
export function compare(id: string): void {
  batch(() => {
    chosen.value = id;
    for (const axis of [across, down]) {
      const knob = KNOBS.find(({ name }) => name === axis.value.name)!;
      axis.value = { name: knob.name, values: spread(knob, settingOf(knob.name)) };
    }
    comparing.value = true;
  });
}
