import { useSignal } from "@preact/signals";
import { api, type Instruction } from "../api/client.ts";
import { Dialog } from "../parts/dialog.tsx";
import { loadLibrary } from "../state/library.ts";
import { complain } from "../state/say.ts";

export function RenameDialog({ of, onClose }: { of: Instruction; onClose: () => void }) {
  const text = useSignal(of.name);
  const rename = async () => {
    try {
      await api.rename(of.id, text.value.trim());
      await loadLibrary();
      onClose();
    } catch (error) {
      complain(error);
    }
  };
  return (
    <Dialog title={`Rename “${of.name}”`} onClose={onClose}>
      <form
        class="rename"
        onSubmit={(event) => {
          event.preventDefault();
          void rename();
        }}
      >
        <label>
          <span class="name">Name</span>
          <input
            type="text"
            maxLength={100}
            required
            value={text.value}
            onInput={({ currentTarget }) => {
              text.value = currentTarget.value;
            }}
          />
        </label>
        <div class="actions">
          <button type="button" class="quiet" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={text.value.trim() === ""}>
            Rename
          </button>
        </div>
      </form>
    </Dialog>
  );
}
