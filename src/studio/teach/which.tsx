import { pictureUrl } from "../api/client.ts";
import { Dialog } from "../parts/dialog.tsx";
import type { Item } from "../state/intake.ts";
import { addPair, unclear } from "./state.ts";

/** Asks which of two pictures comes first. */
export function Which() {
  const both = unclear.value;
  if (!both) return null;
  const close = () => {
    unclear.value = undefined;
  };
  const choose = (before: Item, after: Item) => {
    addPair({ before, after });
    close();
  };
  const [a, b] = both;
  return (
    <Dialog title="Which one is before the edit?" onClose={close}>
      <div class="which">
        {(
          [
            [a, b],
            [b, a],
          ] as const
        ).map(([before, after]) => (
          <button key={before.id} type="button" class="picture" onClick={() => choose(before, after)}>
            <img src={pictureUrl(before.id, 512)} alt={before.name} />
            <span>{before.name}</span>
          </button>
        ))}
      </div>
    </Dialog>
  );
}
