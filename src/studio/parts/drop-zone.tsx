import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { bringsFiles, dragging } from "./files.ts";
import "./drop-zone.css";

export const PICTURES = "image/png,image/jpeg,image/webp,image/avif,image/gif,image/tiff";

interface DropZoneProps {
  readonly label: string;
  readonly onFiles: (files: readonly File[]) => void;
  readonly multiple?: boolean;
  readonly accept?: string;
  readonly class?: string;
  readonly children?: ComponentChildren;
}

/** A place for files: they are dropped on it, or picked after a click; it is a file input, so keyboards and screen readers know it. */
export function DropZone({
  label,
  onFiles,
  multiple = false,
  accept = PICTURES,
  class: name = "",
  children,
}: DropZoneProps) {
  const over = useSignal(false);
  const id = useId();
  return (
    <label
      for={id}
      class={`drop ${name}${over.value ? " over" : ""}${dragging.value ? " awaiting" : ""}`}
      onDragEnter={() => {
        over.value = true;
      }}
      onDragLeave={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget as Node | null)) over.value = false;
      }}
      onDrop={(event) => {
        over.value = false;
        if (!bringsFiles(event)) return;
        event.preventDefault();
        event.stopPropagation();
        onFiles([...event.dataTransfer!.files]);
      }}
    >
      <input
        id={id}
        class="unseen"
        type="file"
        aria-label={label}
        accept={accept}
        multiple={multiple}
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          currentTarget.value = ""; // the same file may be picked again
          if (files.length > 0) onFiles(files);
        }}
      />
      {children}
    </label>
  );
}
