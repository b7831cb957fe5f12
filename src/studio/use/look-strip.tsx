import { useEffect, useRef } from "preact/hooks";
import { type Instruction, pictureUrl } from "../api/client.ts";
import { Icon } from "../parts/icon.tsx";
import { instructions, nameOf, usable } from "../state/library.ts";
import { address } from "../state/route.ts";
import { chooseLook, look, WORDS_ONLY } from "./state.ts";
import "./look-strip.css";

/** All edits in a row, one of them chosen: your own first, then those that come with visii. */
export function LookStrip() {
  const strip = useRef<HTMLDivElement>(null);
  const loaded = instructions.value !== undefined;
  useEffect(() => {
    // The chosen one in sight, without moving the page.
    const chosen = strip.current?.querySelector<HTMLElement>(".chosen");
    if (!chosen || !strip.current) return;
    const { offsetLeft, offsetWidth } = chosen;
    strip.current.scrollTo({ left: offsetLeft - (strip.current.clientWidth - offsetWidth) / 2 });
  }, [loaded, look.value]);
  return (
    <fieldset class="looks">
      <legend class="unseen">Edit</legend>
      <div class="row" ref={strip}>
        <a class="look" href={address("teach")}>
          <span class="face">
            <Icon name="plus" size={26} />
          </span>
          Teach one
        </a>
        <Look id={WORDS_ONLY} name="Only words">
          <Icon name="words" size={26} />
        </Look>
        {usable.value.map((instruction) => (
          <Look key={instruction.id} id={instruction.id} name={nameOf(instruction)} title={titleOf(instruction)}>
            <Face of={instruction} />
          </Look>
        ))}
      </div>
    </fieldset>
  );
}

function Face({ of }: { of: Instruction }) {
  if (of.after === undefined) return <span class="initial">{of.name.slice(0, 1).toUpperCase()}</span>;
  return <img src={pictureUrl(of.after, 256)} alt="" loading="lazy" draggable={false} />;
}

function titleOf({ words, name }: Instruction): string {
  return words || name;
}

function Look({
  id,
  name,
  title,
  children,
}: {
  id: string;
  name: string;
  title?: string;
  children: preact.ComponentChildren;
}) {
  const chosen = look.value === id;
  return (
    <label class={`look${chosen ? " chosen" : ""}`} title={title}>
      <input class="unseen" type="radio" name="look" value={id} checked={chosen} onChange={() => chooseLook(id)} />
      <span class="face">{children}</span>
      <span class="name">{name}</span>
    </label>
  );
}
