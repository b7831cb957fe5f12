import { signal } from "@preact/signals";

/** Whether files are held over the page. */
export const dragging = signal(false);

type Receiver = (files: readonly File[]) => void;

let receiver: Receiver | undefined;

/** Gives what is dropped or pasted anywhere on the page to a view, for as long as it shows; returns how to stop. */
export function receiveFiles(take: Receiver): () => void {
  receiver = take;
  return () => {
    if (receiver === take) receiver = undefined;
  };
}

/** Whether a drag brings files, and not a picture of this page. */
export function bringsFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes("Files") ?? false;
}

/** Drops and pastes on the whole page, so that a file that misses its place doesn't make the browser leave. */
export function followFiles(): void {
  let depth = 0;
  const within = (change: number) => {
    depth = Math.max(0, depth + change);
    dragging.value = depth > 0;
  };
  addEventListener("dragenter", (event) => {
    if (bringsFiles(event)) within(1);
  });
  addEventListener("dragleave", (event) => {
    if (bringsFiles(event)) within(-1);
  });
  addEventListener("dragover", (event) => {
    if (bringsFiles(event)) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    within(-depth);
    if (!bringsFiles(event)) return;
    event.preventDefault();
    give(event.dataTransfer!.files);
  });
  // A zone that takes its drop itself stops the event: the end is seen on the way down.
  addEventListener("drop", () => within(-depth), { capture: true });
  addEventListener("paste", (event) => {
    if (event.clipboardData?.files.length) give(event.clipboardData.files);
  });
}

function give(files: FileList): void {
  if (files.length > 0) receiver?.([...files]);
}
