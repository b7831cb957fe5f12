import { signal } from "@preact/signals";
import { ApiError } from "../api/client.ts";

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly bad: boolean;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** How long one stays: what is wrong or can be taken back, longer. In milliseconds. */
const [SHORT, LONG] = [5000, 12_000];

export const toasts = signal<readonly Toast[]>([]);
/** Said by screen readers, and seen by nobody. */
export const announcement = signal("");

let last = 0;

export function toast(text: string, more: { readonly bad?: boolean; readonly action?: Toast["action"] } = {}): void {
  const { bad = false, action } = more;
  const id = ++last;
  const same = ({ text: other }: Toast) => other === text;
  toasts.value = [
    ...toasts.value.filter((other) => !same(other)).slice(-2),
    { id, text, bad, ...(action && { action }) },
  ];
  setTimeout(() => dismiss(id), bad || action ? LONG : SHORT);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function announce(text: string): void {
  announcement.value = text;
}

/** Tells of an error in the server's sentence. */
export function complain(error: unknown, about = ""): void {
  if (!(error instanceof ApiError)) console.error(error);
  const text =
    error instanceof ApiError ? error.message : "Something went wrong in the page itself; loading it again helps.";
  toast(about === "" ? text : `${about}: ${text}`, { bad: true });
}
