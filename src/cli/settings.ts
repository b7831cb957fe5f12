import { deviceOf } from "../runtime/device.ts";
import { checkPrecision } from "../runtime/precision.ts";
import type { DEVICE } from "./command.ts";
import { misuse, type Values } from "./options.ts";

/** An object without its undefined values, so that defaults hold for them. */
export function given<T extends object>(options: T): { [Key in keyof T]?: NonNullable<T[Key]> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]?: NonNullable<T[Key]> };
}

/** What was given of the options that every command has that runs a model. */
export type DeviceValues = Partial<Values<typeof DEVICE>>;

/** What `loadModel` takes of `--device`, `--precision`, `--threads` and `--low-memory`. */
export function deviceOptions(values: DeviceValues) {
  const { device, precision, threads, "low-memory": lowMemory } = values;
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= 1024)) {
    throw misuse(`--threads must be a whole number from 1 to 1024, got ${threads}.`);
  }
  checkPrecision(precision ?? "auto", deviceOf(device ?? "auto")); // before anything is fetched or read
  return given({ device, precision, threads, lowMemory });
}
