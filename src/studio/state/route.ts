import { computed, signal } from "@preact/signals";

export type View = "use" | "teach" | "library";

/** Where one is: `#/teach/ID` is a learning. */
export interface Route {
  readonly view: View;
  readonly id?: string;
}

const TITLES: Readonly<Record<View, string>> = { use: "Use an edit", teach: "Teach an edit", library: "Your edits" };

const hash = signal(location.hash);

export const route = computed((): Route => {
  const [, view, id] = /^#\/(use|teach|library)(?:\/([A-Za-z0-9_-]+))?$/.exec(hash.value) ?? [];
  return { view: (view as View | undefined) ?? "use", ...(id !== undefined && { id }) };
});

export const titleOf = (view: View) => TITLES[view];

export function address(view: View, id?: string): string {
  return `#/${view}${id === undefined ? "" : `/${id}`}`;
}

export function go(view: View, id?: string): void {
  location.hash = address(view, id);
}

/** Follows the address. `onMove` is told when the view has changed, after the page has had the time to show it. */
export function followRoute(onMove: () => void): void {
  document.title = `${titleOf(route.value.view)} · visii`;
  addEventListener("hashchange", () => {
    const before = route.value;
    hash.value = location.hash;
    document.title = `${titleOf(route.value.view)} · visii`;
    if (before.view !== route.value.view || before.id !== route.value.id) requestAnimationFrame(onMove);
  });
}
