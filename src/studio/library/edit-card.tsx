import { api, cardUrl, fileUrl, type Instruction } from "../api/client.ts";
import { Menu, type MenuItem } from "../parts/menu.tsx";
import { PairPicture } from "../parts/pair.tsx";
import { dayOf } from "../parts/time.ts";
import { instructions, loadLibrary, nameOf } from "../state/library.ts";
import { go } from "../state/route.ts";
import { announce, complain, toast } from "../state/say.ts";
import { chooseLook } from "../use/state.ts";

/** One instruction: what it was shown, what it's called, and what can be done with it. */
export function EditCard({ of, onRename }: { of: Instruction; onRename: () => void }) {
  const { id, builtIn, usable, model, created, words } = of;
  const name = nameOf(of);
  const items: MenuItem[] = [
    ...(builtIn ? [] : [{ label: "Rename", icon: "words", run: onRename } as const]),
    {
      label: "Make a copy",
      icon: "plus",
      run: () => change(() => api.duplicate(id), `A copy of “${name}” is in your library.`),
    },
    // A card shows the pair, so there has to be one.
    ...(of.before && of.after ? [{ label: "Save as a card", icon: "picture", href: cardUrl(id) } as const] : []),
    { label: "Save as a file", icon: "download", href: fileUrl(id) },
    ...(builtIn ? [] : [{ label: "Delete", icon: "close", run: () => remove(of) } as const]),
  ];
  return (
    <li class="edit-card">
      <button
        type="button"
        class="picture"
        disabled={!usable}
        aria-label={`Use ${name}`}
        onClick={() => {
          chooseLook(id);
          go("use");
        }}
      >
        <PairPicture of={of} />
      </button>
      <div class="under">
        <div>
          <h3>{name}</h3>
          <p>
            {usable
              ? facts(of)
              : `Needs the model ${model.name} ${model.version ?? ""}, which is not on this computer.`}
          </p>
        </div>
        <Menu label={`More for ${name}`} items={items} />
      </div>
    </li>
  );

  function facts({ pairs }: Instruction): string {
    if (builtIn) return words;
    const from = pairs === 1 ? "one pair" : `${pairs} pairs`;
    return `${model.name} ${model.version ?? ""} · ${from} · ${dayOf(created)}`;
  }
}

async function change(action: () => Promise<unknown>, done: string): Promise<void> {
  try {
    await action();
    await loadLibrary();
    toast(done);
  } catch (error) {
    complain(error);
  }
}

async function remove({ id, ...of }: Instruction): Promise<void> {
  const name = nameOf(of);
  try {
    await api.remove(id);
    instructions.value = instructions.value?.filter((other) => other.id !== id);
    // What had the focus is gone: the list's heading is next to it.
    document.querySelector<HTMLElement>("h1")?.focus();
    announce(`“${name}” is deleted.`);
    toast(`“${name}” is deleted.`, {
      action: { label: "Undo", run: () => change(() => api.restore(id), `“${name}” is back.`) },
    });
  } catch (error) {
    complain(error);
  }
}
