import { batch } from "@preact/signals";
import { takeFiles } from "../state/intake.ts";
import { loadLibrary } from "../state/library.ts";
import { announce, toast } from "../state/say.ts";
import { addPictures, chooseLook, restore } from "./state.ts";

/** What files mean here: pictures to edit, edits to use, and results whose settings come back. */
export async function usePictures(files: readonly File[]): Promise<void> {
  announce(files.length === 1 ? "Taking in one file." : `Taking in ${files.length} files.`);
  const taken = await takeFiles(files);
  if (taken.instructions.length > 0) await loadLibrary();
  const made = taken.pictures.filter(({ settings }) => settings !== null);
  const others = taken.pictures.filter(({ settings }) => settings === null);
  batch(() => {
    addPictures(others);
    const edit = taken.instructions.at(-1);
    if (edit?.usable) chooseLook(edit.id);
    for (const { settings } of made.slice(-1)) restore(settings!);
  });
  if (made.length === 0) return;
  toast("The settings that this picture was made with are back.", {
    action: { label: "Add the picture too", run: () => addPictures(made) },
  });
}
