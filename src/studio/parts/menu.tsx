import { useSignal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Icon, type IconName } from "./icon.tsx";
import "./menu.css";

export interface MenuItem {
  readonly label: string;
  readonly icon: IconName;
  readonly run?: () => void;
  /** A file to download instead. */
  readonly href?: string;
}

/** A button that opens a short list of things to do. Escape, or a click elsewhere, closes it. */
export function Menu({ label, items }: { label: string; items: readonly MenuItem[] }) {
  const open = useSignal(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    open.value = false;
  };
  useSignalEffect(() => {
    if (!open.value) return;
    const outside = ({ target }: Event) => {
      if (!root.current?.contains(target as Node)) close();
    };
    addEventListener("pointerdown", outside);
    addEventListener("focusin", outside);
    return () => {
      removeEventListener("pointerdown", outside);
      removeEventListener("focusin", outside);
    };
  });
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the button and of the list, which close it
    <div
      class="menu"
      ref={root}
      onKeyDown={({ key }) => {
        if (key !== "Escape" || !open.value) return;
        close();
        button.current?.focus();
      }}
    >
      <button
        type="button"
        class="bare"
        ref={button}
        aria-label={label}
        aria-expanded={open.value}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        <Icon name="more" />
      </button>
      {open.value && (
        <ul>
          {items.map(({ label, icon, run, href }) => (
            <li key={label}>
              {href === undefined ? (
                <button
                  type="button"
                  onClick={() => {
                    close();
                    button.current?.focus();
                    run?.();
                  }}
                >
                  <Icon name={icon} size={18} />
                  {label}
                </button>
              ) : (
                <a href={href} download onClick={close}>
                  <Icon name={icon} size={18} />
                  {label}
                </a>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
