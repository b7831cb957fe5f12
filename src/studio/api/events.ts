import { signal } from "@preact/signals";
import type { Job } from "./client.ts";

/** Whether the server is there; false while the browser tries to reach it again. */
export const connected = signal(true);

/** Follows what happens on the server, for as long as the page is open. The browser itself reconnects, and says what it has seen. */
export function followEvents(onJob: (job: Job) => void, onLibrary: () => void, onReturn: () => void): void {
  const source = new EventSource("/api/events");
  source.addEventListener("open", () => {
    if (!connected.value) onReturn();
    connected.value = true;
  });
  source.addEventListener("error", () => {
    connected.value = false;
    // Closed for good, after an answer that was no stream: begin again.
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(() => followEvents(onJob, onLibrary, onReturn), 3000);
    }
  });
  source.addEventListener("job", ({ data }: MessageEvent<string>) => onJob(JSON.parse(data)));
  source.addEventListener("library", onLibrary);
}
