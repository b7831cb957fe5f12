import type { DEVICE } from "./command.ts";
import { misuse, type Values } from "./options.ts";

/** An object without its undefined values, so that defaults hold for them. */
export function given<T extends object>(options: T): { [Key in keyof T]?: NonNullable<T[Key]> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]?: NonNullable<T[Key]> };
}

/** What `loadModel` takes of `--device`, `--threads` and `--low-memory`. */
export function deviceOptions(values: Partial<Values<typeof DEVICE>>) {
  const { device, threads, "low-memory": lowMemory } = values;
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= 1024)) {
    throw misuse(`--threads must be a whole number from 1 to 1024, got ${threads}.`);
  }
  return given({ device, threads, lowMemory });
}
