/** Two signals of one Ctrl-C arrive within this time, in milliseconds: npm passes on what the terminal has sent already. */
const SAME_KEYPRESS = 500;

/**
 * The first Ctrl-C (or SIGTERM) fires the signal, so that work stops at its next step and is kept; a later one ends the program at once.
 * Files are written whole or not at all, so that is safe.
 */
export function interruptible(
  exit: (code: number) => void,
  now: () => number = Date.now,
): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  let first: number | undefined;
  const stop = () => {
    if (first !== undefined && now() - first > SAME_KEYPRESS) exit(130);
    first ??= now();
    controller.abort();
  };
  const names = ["SIGINT", "SIGTERM"] as const;
  for (const name of names) process.on(name, stop);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of names) process.off(name, stop);
    },
  };
}
