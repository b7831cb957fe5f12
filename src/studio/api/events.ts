import { signal } from "@preact/signals";
import type { Job } from "./client.ts";

/** Whether the server is there; false while the browser tries to reach it again. */
export const connected = signal(true);

/** How long after a stream that was refused the next is tried, in milliseconds. */
const PAUSE = 3000;

export interface Told {
  readonly job: (job: Job) => void;
  readonly library: () => void;
  /** Something may have been missed. */
  readonly back: () => void;
}

/**
 * Follows what happens on the server, for as long as the page is seen: browsers open only a few connections to one server, and pages in the background
 * must not take them all. After a lost connection the browser itself says what it has seen.
 */
export function followEvents(told: Told): void {
  let source: EventSource | undefined;
  const open = () => {
    if (document.hidden || (source && source.readyState !== EventSource.CLOSED)) return;
    source = new EventSource("/api/events");
    source.addEventListener("open", () => {
      if (!connected.value) told.back();
      connected.value = true;
    });
    source.addEventListener("error", () => {
      connected.value = false;
      // After a refusal the browser itself tries no more.
      if (source?.readyState === EventSource.CLOSED) setTimeout(open, PAUSE);
    });
    source.addEventListener("job", ({ data }: MessageEvent<string>) => told.job(JSON.parse(data)));
    source.addEventListener("library", told.library);
  };
  open();
  addEventListener("visibilitychange", () => {
    if (document.hidden) source?.close();
    else {
      open();
      told.back();
    }
  });
}
