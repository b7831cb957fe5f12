import { batch, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Instruction } from "../api/client.ts";
import { DropZone } from "../parts/drop-zone.tsx";
import { receiveFiles } from "../parts/files.ts";
import { Icon } from "../parts/icon.tsx";
import { takeFiles } from "../state/intake.ts";
import { instructions, loadLibrary } from "../state/library.ts";
import { address, go } from "../state/route.ts";
import { toast } from "../state/say.ts";
import { addPictures } from "../use/state.ts";
import { EditCard } from "./edit-card.tsx";
import { RenameDialog } from "./rename-dialog.tsx";
import "./library.css";

const ACCEPT = ".safetensors,image/png";

/** Takes edits in; pictures that are none are offered to where they belong. */
async function takeIn(files: readonly File[]): Promise<void> {
  const { instructions: added, pictures } = await takeFiles(files);
  if (added.length > 0) await loadLibrary();
  if (pictures.length === 0) return;
  const one = pictures.length === 1;
  toast(one ? "There is no edit in this picture." : "There are no edits in these pictures.", {
    action: {
      label: one ? "Edit it" : "Edit them",
      run: () =>
        batch(() => {
          addPictures(pictures);
          go("use");
        }),
    },
  });
}

export function LibraryView() {
  const renaming = useSignal<Instruction | undefined>(undefined);
  useEffect(() => receiveFiles(takeIn), []);
  const all = instructions.value ?? [];
  const own = all.filter(({ builtIn }) => !builtIn);
  const others = all.filter(({ builtIn }) => builtIn);
  return (
    <div class="library">
      <div class="title with-action">
        <div>
          <h1 tabIndex={-1}>Library</h1>
          <p class="lead">
            Every edit is a small file. Its card is a picture that holds it: give it to somebody, and they can use it.
          </p>
        </div>
        <DropZone
          class="import"
          label="Bring in edits: cards, or .safetensors files"
          multiple
          accept={ACCEPT}
          onFiles={takeIn}
        >
          <Icon name="upload" />
          <strong>Bring in an edit</strong>
        </DropZone>
      </div>
      <section aria-labelledby="own">
        <h2 id="own">Yours</h2>
        {own.length === 0 ? (
          <div class="none-yet">
            <p>Nothing yet. Show visii a picture before and one after, and what it learns is kept here.</p>
            <a class="primary" href={address("teach")}>
              Teach your first
            </a>
          </div>
        ) : (
          <Cards of={own} onRename={(instruction) => (renaming.value = instruction)} />
        )}
      </section>
      {others.length > 0 && (
        <section aria-labelledby="built-in">
          <h2 id="built-in">Come with visii</h2>
          <Cards of={others} onRename={(instruction) => (renaming.value = instruction)} />
        </section>
      )}
      {renaming.value && (
        <RenameDialog
          of={renaming.value}
          onClose={() => {
            renaming.value = undefined;
          }}
        />
      )}
    </div>
  );
}

function Cards({ of, onRename }: { of: readonly Instruction[]; onRename: (instruction: Instruction) => void }) {
  return (
    <ul class="cards">
      {of.map((instruction) => (
        <EditCard key={instruction.id} of={instruction} onRename={() => onRename(instruction)} />
      ))}
    </ul>
  );
}
