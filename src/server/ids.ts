import { randomBytes } from "node:crypto";

let last = 0;

/** A new id: ids sort as they were made, also within a millisecond. */
export function newId(now = Date.now()): string {
  last = Math.max(last + 1, now * 32); // room for 32 in a millisecond
  return `${last.toString(36).padStart(9, "0")}-${randomBytes(4).toString("hex")}`;
}
