import type { DeviceName } from "../runtime/device.ts";
import { misuse } from "./options.ts";

/** An object without its undefined values, so that defaults hold for them. */
export function given<T extends object>(options: T): { [Key in keyof T]?: NonNullable<T[Key]> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]?: NonNullable<T[Key]> };
}

/** What `loadModel` takes of `--device` and `--threads`. */
export function deviceOptions({ device, threads }: { device: DeviceName | undefined; threads: number | undefined }) {
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= 1024)) {
    throw misuse(`--threads must be a whole number from 1 to 1024, got ${threads}.`);
  }
  return given({ device, threads });
}
