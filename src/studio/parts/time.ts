/** Seconds as one says them. */
export function inWords(seconds: number): string {
  if (seconds < 1.5) return "a second";
  if (seconds < 50) return `${Math.round(seconds)} seconds`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return minutes <= 1 ? "a minute" : `${minutes} minutes`;
  const hours = Math.round(seconds / 1800) / 2;
  return hours === 1 ? "an hour" : `${hours} hours`;
}

/** A day as one says it: today, yesterday, or its date. */
export function dayOf(time: string, now = new Date()): string {
  const then = new Date(time);
  const days = Math.round((startOf(now) - startOf(then)) / 86_400_000);
  if (days === 0) return "today";
  if (days === 1) return "yesterday";
  return then.toLocaleDateString(undefined, { day: "numeric", month: "long", year: "numeric" });
}

const startOf = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
