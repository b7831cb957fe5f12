import { effect, type Signal, signal } from "@preact/signals";

/** A signal that this browser remembers. What it remembered in a shape that `accept` refuses is forgotten. */
export function kept<T>(name: string, start: T, accept: (value: unknown) => value is T): Signal<T> {
  const key = `visii.${name}`;
  const state = signal(start);
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
    if (value !== null && accept(value)) state.value = value;
  } catch {
    // A browser that remembers nothing, or nonsense.
  }
  effect(() => {
    const text = JSON.stringify(state.value);
    try {
      localStorage.setItem(key, text);
    } catch {
      // Full, or forbidden: it is then for this visit only.
    }
  });
  return state;
}

/** Whether it is an object (and no list) whose entries, where they are there, pass. */
export function isShaped(value: unknown, shape: Readonly<Record<string, (entry: unknown) => boolean>>): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.entries(shape).every(([name, fits]) => fits((value as Record<string, unknown>)[name]));
}

export const isNumber = (value: unknown): value is number => typeof value === "number";
export const isText = (value: unknown): value is string => typeof value === "string";
export const optional = (fits: (value: unknown) => boolean) => (value: unknown) => value === undefined || fits(value);
