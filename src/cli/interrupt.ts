/** Two signals of one Ctrl-C arrive within this time, in milliseconds: npm passes on what the terminal has sent already. */
const SAME_KEYPRESS = 500;

/**
 * The first Ctrl-C (or SIGTERM) fires the signal, so that work stops at its next step and is kept; a later one ends the program at once.
 * Files are written whole or not at all, so that is safe.
 */
export function interruptSignal(exit: (code: number) => void, now: () => number = Date.now): AbortSignal {
  const controller = new AbortController();
  let first: number | undefined;
  const stop = () => {
    if (first !== undefined && now() - first > SAME_KEYPRESS) exit(130);
    first ??= now();
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller.signal;
}
