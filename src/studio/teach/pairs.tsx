import { pictureUrl } from "../api/client.ts";
import { DropZone } from "../parts/drop-zone.tsx";
import { Icon } from "../parts/icon.tsx";
import { teachInto } from "./intake.ts";
import { addPair, blank, type Draft, drafts, fill, removePair, type Slot, swap } from "./state.ts";
import "./pairs.css";

const NAMES: Readonly<Record<Slot, string>> = { before: "Before", after: "After" };

/** The pairs that show the edit. */
export function Pairs() {
  return (
    <div class="pairs">
      {drafts.value.map((draft, index) => (
        <Pair key={index} draft={draft} index={index} />
      ))}
      {!blank.value && (
        <button type="button" class="quiet" onClick={() => addPair()}>
          <Icon name="plus" size={18} />
          Another pair
        </button>
      )}
    </div>
  );
}

function Pair({ draft, index }: { draft: Draft; index: number }) {
  const which = drafts.value.length > 1 ? ` of pair ${index + 1}` : "";
  const filled = draft.before !== undefined || draft.after !== undefined;
  return (
    <fieldset class="shown">
      <legend class="unseen">Pair {index + 1}</legend>
      <Place slot="before" draft={draft} index={index} which={which} />
      <div class="between">
        <Icon name="arrow" size={26} />
        {filled && (
          <button
            type="button"
            class="bare"
            aria-label={`Swap before and after${which}`}
            title="Swap"
            onClick={() => swap(index)}
          >
            <Icon name="swap" />
          </button>
        )}
        {drafts.value.length > 1 && (
          <button
            type="button"
            class="bare"
            aria-label={`Remove pair ${index + 1}`}
            title="Remove this pair"
            onClick={() => removePair(index)}
          >
            <Icon name="close" />
          </button>
        )}
      </div>
      <Place slot="after" draft={draft} index={index} which={which} />
    </fieldset>
  );
}

function Place({ slot, draft, index, which }: { slot: Slot; draft: Draft; index: number; which: string }) {
  const item = draft[slot];
  const label = `${NAMES[slot]} picture${which}`;
  return (
    <div
      class={`place ${slot}${item ? " filled" : ""}`}
      style={item && { "--ratio": item.height > 0 ? item.width / item.height : 1 }}
    >
      <DropZone
        class={item ? "filled" : "waiting"}
        label={label}
        multiple
        onFiles={(files) => teachInto(index, slot, files)}
      >
        {item ? (
          <img src={pictureUrl(item.id, 512)} alt={`${NAMES[slot]}: ${item.name}`} />
        ) : (
          <>
            <Icon name="picture" size={34} />
            <span>
              <strong>{NAMES[slot]}</strong>
              {slot === "before" ? "a picture as it was" : "the same one, edited your way"}
            </span>
          </>
        )}
      </DropZone>
      {item && (
        <>
          <span class="tag">{NAMES[slot]}</span>
          <button
            type="button"
            class="remove"
            aria-label={`Remove the ${label.toLowerCase()}`}
            onClick={() => fill(index, slot, undefined)}
          >
            <Icon name="close" size={18} />
          </button>
        </>
      )}
    </div>
  );
}
